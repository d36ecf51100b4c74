"""Files that say what a program depends on: fair-esm out, what the migrated program needs in."""
