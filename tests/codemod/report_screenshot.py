"""Run a command as on a terminal and keep what it shows as an SVG picture: how the pictures of the README are made.

python -m tests.codemod.report_screenshot OUT.svg COLUMNS COMMAND ...
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text


def main(out: str, columns: str, *command: str) -> None:
    terminal = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": columns}
    shown = subprocess.run(command, env=terminal, stdout=subprocess.PIPE, text=True, check=True).stdout
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        console = Console(file=nowhere, record=True, width=int(columns), force_terminal=True)
        console.print(Text.from_ansi(shown))
    picture = console.export_svg(title=" ".join(command), unique_id="preview")
    Path(out).write_text(re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
