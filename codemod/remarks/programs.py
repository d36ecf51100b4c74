"""The programs whose models are migrated, and what imports them."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from codemod.deciding.bonds import reach
from codemod.deciding.decide import Decided
from codemod.flow.analysis import Analysis
from codemod.program.source import Source
from codemod.uses.use import Use


@dataclass(frozen=True)
class Programs:
    """What a remark may look at; `decided` holds what is left, too."""

    analysis: Analysis
    decided: Sequence[Decided]

    @cached_property
    def uses(self) -> list[Use]:
        """The uses that are migrated."""
        return [use for each in self.decided if each.migrated for use in each.group.uses]

    @cached_property
    def loads(self) -> list[tuple[Source, ast.AST]]:
        """The calls that load their models."""
        loads = [use for use in self.uses if use.key.startswith(("esm.pretrained.", "torch.hub.load"))]
        return [(use.source, use.node) for use in loads]

    def with_words(self, words: re.Pattern[str]) -> list[Source]:
        """The files with such words that import, directly or not, one with a use that is migrated, or are one."""
        found = [source for source in self.analysis.project.sources if words.search(source.program)]
        return [source for source in found if reach(self.analysis, source.path) & self._files]

    @cached_property
    def _files(self) -> set[str]:
        return {use.source.path for use in self.uses}
