"""A load whose result nothing uses, for the sake of the file it leaves in torch.hub's cache."""

from __future__ import annotations

import ast
import re
from typing import Optional

from codemod.flow.values import hints
from codemod.library import CHECKPOINTS, WITHOUT_COUNTERPART
from codemod.rule import Site
from codemod.rules._where import argument_of

_NAMES = "|".join((*CHECKPOINTS, *WITHOUT_COUNTERPART))
#: How a program says where that file is: the cache's path, the function that tells it, the file's name.
_FILE = re.compile(rf"\bhub[/\\]+checkpoints\b|\bhub\.get_dir\(|\b(?:{_NAMES})\.pt\b")


def fetched_for_its_file(site: Site) -> Optional[str]:
    """Why a load that only downloads must stay: a program reads the file, and `from_pretrained` writes no such file."""
    if any(use.node is not site.node for use in site.group.uses) or _is_local(site):
        return None
    project = site.analysis.project
    others = (each for each in project.sources if each is not site.source and not project.copy_of(each.path))
    for source in (site.source, *others):
        found = _FILE.search(source.text)
        if found:
            place = f"{source.path}, line {source.line_of(found.start())}"
            return f"only the file that this leaves in torch.hub's cache is wanted, which {place}, names: migrate both"
    return None


def _is_local(site: Site) -> bool:
    """Whether a file that is there already is loaded."""
    argument = argument_of(site)
    if argument is None:
        return False
    parts = [each.value for each in ast.walk(argument) if isinstance(each, ast.Constant)]
    return any(str(each).endswith(".pt") for each in (*parts, *(hints(site.value(argument)) or ())))
