"""Every use of fair-esm, as the flow of values finds it, and what reaches into a model as no rule could follow."""
