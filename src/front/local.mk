# src/front: see ARCHITECTURE.md
