"""How each kind of use is rewritten: one rule a file, found by being here; files with `_` are shared by rules."""
