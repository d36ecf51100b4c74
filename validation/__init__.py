"""Prove on this machine that the new stack is right and fast."""
