"""A load whose result nobody takes, for the sake of the file it leaves in torch.hub's cache."""

from __future__ import annotations

import ast
import re
from typing import Optional

from codemod.library import CHECKPOINTS, WITHOUT_COUNTERPART
from codemod.rule import Site

_NAMES = "|".join((*CHECKPOINTS, *WITHOUT_COUNTERPART))
#: How a program says where that file is: the cache's path, the function that tells it, the file's name.
_FILE = re.compile(rf"\bhub[/\\]+checkpoints\b|\bhub\.get_dir\(|\b(?:{_NAMES})\.pt\b")


def fetched_for_its_file(site: Site) -> Optional[str]:
    """Why a load that only downloads must stay: a program reads the file, and `from_pretrained` writes no such file."""
    if not isinstance(site.source.parents[site.node], ast.Expr):
        return None
    for source in (site.source, *(each for each in site.analysis.project.sources if each is not site.source)):
        found = _FILE.search(source.text)
        if found:
            place = f"{source.path}, line {source.line_of(found.start())}"
            return f"only the file that this leaves in torch.hub's cache is wanted, which {place}, names: migrate both"
    return None
