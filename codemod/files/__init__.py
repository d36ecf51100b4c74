"""The repository on disk, read only: which files may matter, and their bytes as text and back."""
