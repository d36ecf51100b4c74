"""Uses that belong together."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from codemod.library import MODEL, OUTPUT, PSEUDO
from codemod.program.source import Source
from codemod.uses.shapes import stored_identity
from codemod.uses.unread import kept_for_nobody
from codemod.uses.use import Use


@dataclass(frozen=True, eq=False)  # a group is itself, so that what is found out about one can be kept
class Group:
    """Uses that migrate together, and the keys among them."""

    uses: tuple[Use, ...]

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset(use.key for use in self.uses)

    @cached_property
    def calls(self) -> list[Use]:
        """The calls of models."""
        return [use for use in self.uses if use.key in (f"{MODEL}()", f"{MODEL}.forward()")]

    def hanging_on(self, node: ast.AST) -> Sequence[Use]:
        """The uses of what an expression gives."""
        return self._hanging.get(node, ())

    @cached_property
    def _hanging(self) -> dict[ast.AST, list[Use]]:
        found: dict[ast.AST, list[Use]] = {}
        for use in self.uses:
            for link in use.links:
                found.setdefault(link, []).append(use)
        return found

    def in_file(self, source: Source) -> Sequence[Use]:
        """The uses in one file."""
        return self._by_file[source]

    @cached_property
    def _by_file(self) -> dict[Source, list[Use]]:
        found: dict[Source, list[Use]] = {}
        for use in self.uses:
            found.setdefault(use.source, []).append(use)
        return found

    def home(self, node: ast.AST) -> Source:
        """The file of the group that a node is in."""
        return self._homes.get(node) or next(source for source in self._by_file if node in source.parents)

    @cached_property
    def _homes(self) -> dict[ast.AST, Source]:
        return {use.node: use.source for use in self.uses}

    @cached_property
    def predicts_tokens(self) -> bool:
        """Whether the language-model head is needed, so that the class is `EsmForMaskedLM`."""
        wanted = (f"{OUTPUT}[logits]", f"{MODEL}.lm_head", f"{MODEL}.lm_head()")
        reads = (use for use in self.uses if use.key in wanted and not kept_for_nobody(use.source, use.node))
        return not self.headless and any(reads)

    @cached_property
    def headless(self) -> bool:
        """Whether every model here has its language-model head replaced by `Identity` right where it is loaded."""
        stores = [use for use in self.uses if use.key == f"{MODEL}.lm_head="]
        loads = [use for use in self.uses if any(use.node in store.links for store in stores)]
        made = {use.node for use in self.uses if use.value and use.value.kind not in PSEUDO and use.key.endswith("()")}
        proven = all(any(stored_identity(store, load, self.calls) for store in stores) for load in loads)
        return bool(stores) and proven and made <= {load.node for load in loads}

    @cached_property
    def shows_attention(self) -> bool:
        """Whether attention maps are read, which only the eager implementation gives."""
        wanted = (f"{OUTPUT}[contacts]", f"{OUTPUT}[attentions]", f"{MODEL}.predict_contacts")
        return any(key.startswith(wanted) for key in self.keys)
