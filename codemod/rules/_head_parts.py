"""What is done with a head of the model beside calling it."""

from __future__ import annotations

import ast
from typing import Optional

from codemod.rule import Site

#: What a head has in common with every torch module.
MODULE = ("requires_grad_", "parameters", "train", "eval")
_RENAMED = ("weight", "state_dict", "load_state_dict", "named_parameters", "_parameters")


def part_of(site: Site) -> str:
    """The attribute that is read of a head; empty where it is called or handed on."""
    parent = site.source.parents[site.node]
    return parent.attr if isinstance(parent, ast.Attribute) else ""


def is_replaced(site: Site) -> bool:
    """Whether a part of the head is stored or deleted."""
    parent = site.source.parents[site.node]
    return isinstance(parent, ast.Attribute) and not isinstance(parent.ctx, ast.Load)


def renamed_under(site: Site) -> Optional[str]:
    """A name the head is kept under and by which a part is read that transformers has elsewhere: `head.weight`."""
    statement = site.source.parents[site.node]
    targets = statement.targets if isinstance(statement, ast.Assign) and statement.value is site.node else []
    kept = {site.code(each) for each in targets}
    read = (each for each in site.source.nodes if isinstance(each, ast.Attribute) and each.attr in _RENAMED)
    return next((site.code(each) for each in read if kept and site.code(each.value) in kept), None)
