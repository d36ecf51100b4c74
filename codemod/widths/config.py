"""Widths in configuration files and options of scripts: listed, never rewritten, as nothing shows what reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codemod.records import LINE_END, Leftover
from codemod.widths.numbers import is_width_name
from codemod.widths.sums import candidate_numbers
from codemod.widths.wording import RULE

#: `key: 2560`, `"key": 2560,`, `key = 2560`, with a comment or not; lists and nested one-liners in JSON too.
_ENTRY = re.compile(
    r"""(?:^|[{,\s])["']?(?P<key>[A-Za-z_][\w.-]*)["']?\s*[:=]\s*\[?["']?(?P<number>\d[\d_]*)(?![\w.])"""
)
CONFIGURATION = (".yaml", ".yml", ".json", ".toml", ".ini", ".cfg")
#: `--key 2560`, `--key=2560` in what starts a program.
_OPTION = re.compile(r"""--(?P<key>[A-Za-z_][\w-]*)[= ]+["']?(?P<number>\d[\d_]*)(?![\w.])""")
SCRIPTS = (".sh", ".bash", ".slurm", ".sbatch", ".bat", ".ps1", "Makefile")
#: A trained model exported as JSON, a table of results: no configuration.
_LIMIT = 1 << 18


def config_widths(path: str, text: str, old: int, new: int) -> Iterator[Leftover]:
    """A Leftover for every value that is the old width, or a sum with it, under a key or option called a width."""
    form = _ENTRY if path.endswith(CONFIGURATION) else _OPTION
    if old == new or not path.endswith((*CONFIGURATION, *SCRIPTS)) or len(text) > _LIMIT:
        return
    sums = {number for number in candidate_numbers(old) if number != old and number % 1024}
    for line, row in enumerate(LINE_END.split(text), 1):
        for match in form.finditer(row):
            number = int(match["number"].replace("_", ""))
            if number not in {old, *sums} or not is_width_name(match["key"].replace("-", "_")):
                continue
            yield Leftover(path, line, RULE, _why(match["key"], number, old, new))


def _why(key: str, number: int, old: int, new: int) -> str:
    if number == old:
        return f"{key} is {old}, the old embedding width; if that is what it means, it is {new} now"
    return (
        f"{key} is {number}; if that is {number - old} of another encoder + {old} (ESM), it is {number - old + new} now"
    )
