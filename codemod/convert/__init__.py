"""A fair-esm checkpoint as a transformers folder: `python -m codemod convert CHECKPOINT.pt OUT_DIR`."""
