"""Where the report goes: the terminal, and the files that were asked for; `-` takes standard output for itself."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Callable, TextIO

from codemod.errors import UnusableInput
from codemod.records import Migration


def write(migration: Migration, options: argparse.Namespace) -> None:
    """Write every report. Raises UnusableInput when a file cannot be written."""
    piped = False
    for destination, make in _documents(migration, options):
        piped = piped or destination == "-"
        _put(destination, make())
    if options.format == "github":
        from codemod.report.github import to_github

        print(to_github(migration), end="")
    elif not options.quiet:
        _tell(migration, sys.stderr if piped else sys.stdout)


def require_writable(options: argparse.Namespace) -> None:
    """Raises UnusableInput for a report that could not be written, before anything else is done."""
    for destination in filter(None, (options.json, options.patch, options.html, options.sarif)):
        path = Path(destination)
        if destination == "-" or (os.access(path if path.exists() else path.parent, os.W_OK) and not path.is_dir()):
            continue
        why = "is a folder" if path.is_dir() else "is read-only" if path.exists() else ""
        why = why or ("has no folder to stand in" if not path.parent.is_dir() else "stands in a read-only folder")
        raise UnusableInput(f"cannot write {destination}: it {why}; nothing was done, name another file")


def _tell(migration: Migration, stream: TextIO) -> None:
    from codemod.report.words import headline, nothing_found

    if nothing_found(migration) and not migration.notes:  # rich would start as long as the search took
        encoding = stream.encoding or "utf-8"
        print(headline(migration).encode(encoding, "backslashreplace").decode(encoding), file=stream)
        return
    from codemod.report.terminal import open_console, show

    show(migration, open_console(stream))


def _documents(migration: Migration, options: argparse.Namespace) -> Iterator[tuple[str, Callable[[], bytes]]]:
    if options.json:
        from codemod.report.json_report import dumps

        yield options.json, lambda: dumps(migration).encode()
    if options.patch:
        from codemod.report.patch import patch

        yield options.patch, lambda: patch(migration)
    if options.html:
        from codemod.report.html import to_html

        yield options.html, lambda: to_html(migration).encode()
    if options.sarif:
        from codemod.report.sarif import dumps as sarif

        yield options.sarif, lambda: sarif(migration).encode()


def _put(destination: str, data: bytes) -> None:
    if destination == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        Path(destination).write_bytes(data)
    except OSError as error:
        raise UnusableInput(f"cannot write {destination}: {error.strerror}") from error
