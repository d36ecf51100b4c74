"""A migration told: terminal, JSON, patch, HTML, SARIF, GitHub."""
