# src/reply: see ARCHITECTURE.md
