# src/bin: see ARCHITECTURE.md
