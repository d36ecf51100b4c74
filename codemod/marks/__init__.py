"""`--mark`: to-dos as comments where they belong."""
