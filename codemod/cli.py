"""The command line: arguments in, one report out, an exit code back.

0 done (shown, applied, undone), 1 `--check` found something, 2 nothing was done and why is said in one line.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Optional

from codemod import __version__
from codemod.errors import UnusableInput

if TYPE_CHECKING:
    from codemod.migrate import Settings
    from codemod.records import Migration

_DESCRIPTION = "Move a repository off fair-esm: preview, apply or check. Without an action it shows what would change."


def main(argv: Optional[Sequence[str]] = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["convert"]:
        from codemod.convert.main import main as convert

        return convert(arguments[1:])
    parser = _parser()
    if "_ARGCOMPLETE" in os.environ:  # a shell asks, before any argument is looked at
        from codemod.completion import complete

        complete(parser)
    options = parser.parse_args(arguments)
    try:
        return _run(options)
    except UnusableInput as error:
        print(f"codemod: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        raise
    except Exception as error:  # a bug of ours is no reason to look like an answer
        print(f"codemod: internal error, no file was changed: {type(error).__name__}: {error}", file=sys.stderr)
        print("codemod: please report it with the file it happened on; --debug shows where", file=sys.stderr)
        if options.debug:
            raise
        return 2


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as every other refusal does."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; --help lists the options\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="codemod", description=_DESCRIPTION)
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="repository (default: current directory)")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--dry-run", dest="action", action="store_const", const="show", help="show the diff (default)")
    action.add_argument("--apply", dest="action", action="store_const", const="apply", help="rewrite all files or none")
    action.add_argument("--review", dest="action", action="store_const", const="review", help="ask for each change")
    action.add_argument("--check", dest="action", action="store_const", const="check", help="exit 1 if any is found")
    action.add_argument("--undo", dest="action", action="store_const", const="undo", help="take the last --apply back")
    action.add_argument("--list", dest="action", action="store_const", const="list", help="list the rules")
    action.add_argument("--explain", metavar="RULE", help="what a rule does, before and after")
    parser.add_argument("--to", choices=("fastesm2", "hf", "stub"), help="what to migrate to (default: fastesm2)")
    parser.add_argument("--json", metavar="FILE", help="write the report as JSON (- for stdout)")
    parser.add_argument("--patch", metavar="FILE", help="write a patch for git apply (- for stdout)")
    parser.add_argument("--html", metavar="FILE", help="write the report as one HTML page")
    parser.add_argument("--sarif", metavar="FILE", help="write the leftovers as SARIF")
    parser.add_argument("--format", choices=("text", "github"), default="text", help="annotations for GitHub workflows")
    parser.add_argument("--mark", action="store_true", help="write a TODO comment at every leftover")
    parser.add_argument("--only", action="append", default=[], metavar="RULE", help="only groups this rule can migrate")
    parser.add_argument("--exclude", action="append", default=[], metavar="GLOB", help="leave these files out")
    parser.add_argument("--allow-dirty", action="store_true", help="apply over uncommitted changes")
    parser.add_argument("--no-remote-code", action="store_true", help="load FastESM2_650 through stock EsmModel")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="accepted; one process is fastest here")
    parser.add_argument("--quiet", action="store_true", help="no report on the terminal")
    parser.add_argument("--completion", choices=("bash", "zsh", "fish"), help="print what completes this in a shell")
    parser.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--version", action="version", version=f"codemod {__version__}")
    return parser


def _run(options: argparse.Namespace) -> int:
    if options.completion:
        from codemod.completion import script

        print(script(options.completion))
        return 0
    if options.explain or options.action == "list":
        from codemod.explain import explain

        print(explain(options.explain))
        return 0
    if options.action == "undo":
        return _undo(options)
    from codemod.migrate import Settings
    from codemod.report.outputs import require_writable
    from codemod.settings import configured

    require_writable(options)
    if options.action == "review":
        from codemod.review.keys import require_terminal

        require_terminal()
    if options.action in ("apply", "review"):
        _recover(options)
    chosen = configured(options)
    exclude, only = tuple(chosen.exclude), tuple(chosen.only)
    settings = Settings(tuple(chosen.paths), chosen.to, exclude, only, not chosen.no_remote_code, chosen.mark)
    migration = _reviewed(settings, options) if options.action == "review" else _planned(settings, options)
    half_done = _half_done(migration)
    if options.action in ("apply", "review"):
        migration = _apply(migration, options.allow_dirty)
    _report(migration, options)
    found = bool(migration.changed or migration.leftovers or half_done)
    return 1 if options.action == "check" and found else 0


def _planned(settings: Settings, options: argparse.Namespace) -> Migration:
    from codemod.migrate import migrate

    progress = _progress(options)
    migration = migrate(settings, progress)
    progress("")
    return migration


def _reviewed(settings: Settings, options: argparse.Namespace) -> Migration:
    from dataclasses import replace

    from codemod.report.terminal import open_console
    from codemod.review.keys import edit, read_key
    from codemod.review.screen import Screen
    from codemod.review.session import Session

    def plan(rejected: frozenset[int]) -> Migration:
        return _planned(replace(settings, rejected=rejected), options)

    return Session(plan, Screen(open_console()), read_key, edit).run()


def _progress(options: argparse.Namespace) -> Callable[[str], None]:
    """One line on a terminal that the report overwrites; nothing where nobody watches."""
    if options.quiet or not sys.stderr.isatty():
        return lambda text: None
    return lambda text: print(f"\r\x1b[2K{text and f'codemod: {text} ...'}", end="", file=sys.stderr, flush=True)


def _apply(migration: Migration, allow_dirty: bool) -> Migration:
    from dataclasses import replace

    from codemod.applying.transaction import apply
    from codemod.marks.lines import as_written

    if migration.changed:
        apply(migration, allow_dirty=allow_dirty)
    return replace(as_written(migration), applied=True)


def _half_done(migration: Migration) -> bool:
    """Whether the tree that was looked at is a mixture, which is said in one line; `--apply` has taken it back."""
    from codemod.applying.keeping import interrupted

    found = interrupted(migration.root)
    if found:
        print(
            "codemod: an earlier --apply was interrupted, or is still running: files may be half migrated; "
            "--undo takes it back, --apply takes it back and starts again",
            file=sys.stderr,
        )
    return found


def _recover(options: argparse.Namespace) -> None:
    """A run that was killed half way is taken back first, so that nothing is decided on a half-written tree."""
    from codemod.applying.transaction import recover
    from codemod.files.discovery import discover

    restored = recover(discover(options.paths).root)
    if restored:
        print(f"codemod: an interrupted run was taken back in {len(restored)} files", file=sys.stderr)


def _undo(options: argparse.Namespace) -> int:
    from codemod.applying.transaction import undo
    from codemod.files.discovery import discover

    restored = undo(discover(options.paths).root)
    print(f"undone: {len(restored)} files are as they were before the last --apply")
    return 0


def _report(migration: Migration, options: argparse.Namespace) -> None:
    from codemod.report.outputs import write

    write(migration, options)
