"""What another checkpoint means for the repository, and what local weights need."""
