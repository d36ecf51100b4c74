"""Where else a repository speaks of fair-esm: shell scripts, documents, commands, messages. Listed, never edited."""
