"""Path patterns, read as .gitignore reads them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Optional

WORDS = re.compile(r"\*\*/|\*\*|\*|\?|\[[^]]+]|.", re.DOTALL)
MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def matcher(globs: Sequence[str]) -> Optional[re.Pattern[str]]:
    """One expression that matches each path (relative, '/') that is named by a pattern or below what is named.

    `*` and `?` stop at a '/', `**` does not; a pattern without a '/' may stand at any depth. None for no patterns.
    """
    if not globs:
        return None
    return re.compile("(?:" + "|".join(map(_expression, globs)) + r")(?:/.*)?\Z", re.DOTALL)


def _expression(glob: str) -> str:
    glob = glob[2:] if glob.startswith("./") else glob
    anywhere = "" if "/" in glob.rstrip("/") else "(?:.*/)?"
    return anywhere + "".join(map(_meaning, WORDS.findall(glob.strip("/"))))


def _meaning(word: str) -> str:
    if len(word) > 1 and word[0] == "[":
        return "[^" + word[2:] if word[1] == "!" else word
    return MEANING.get(word) or re.escape(word)
