"""Jupyter notebooks as programs: JSON to Python text of the same offsets, and edits back into the JSON."""
