# src/report: see ARCHITECTURE.md
