"""Move code off fair-esm: find every use, rewrite what is proven, list the rest."""

__version__ = "0.1.0"
