"""Python programs as text and tree, whatever they import: parsed files, module names, places in them."""
