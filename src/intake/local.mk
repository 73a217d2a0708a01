# src/intake: see ARCHITECTURE.md
