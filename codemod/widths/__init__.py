"""Widths and layer numbers that come from fair-esm's checkpoint, wherever they are written."""
