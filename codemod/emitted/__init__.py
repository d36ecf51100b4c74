"""Plain functions that a migrated module may need, added to it once. Each file is one function, with its imports."""
