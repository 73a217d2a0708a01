# src/desk: see ARCHITECTURE.md
