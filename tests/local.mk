# Unit tests: one file per .c, named test-LAYER-NAME; scripts: tests/it (real roles), tests/arch (structure).
