"""The new text of a program: edits, comments that move, imports and helper functions in their places."""
