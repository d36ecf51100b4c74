"""Programs nobody wrote: drawn at random from the ways people use fair-esm, run before and after their migration."""
