# src/mail: see ARCHITECTURE.md
