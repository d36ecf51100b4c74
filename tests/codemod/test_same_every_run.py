"""What is found hangs on the program alone: nodes hash by their addresses, so no set of them may give an order.

brianhie/evolocity came out in two ways, by the addresses of a run, before these two had an order.
"""

from __future__ import annotations

import ast

from codemod.flow.cells import Cells
from codemod.flow.values import OTHER, Class, Func, Instance, Several

FUNCTIONS = ast.parse("\n".join(f"def f{number}(): pass" for number in range(200))).body
CLASSES = ast.parse("\n".join(f"class C{number}: pass" for number in range(200))).body


def test_scopes_run_again_in_the_order_in_which_they_read() -> None:
    cells, turns = Cells(), []

    def run(scope: ast.AST) -> None:
        turns.append(scope)
        cells.read("cell")

    for scope in FUNCTIONS:
        cells.enqueue(scope)
    cells.settle(run)
    cells.write("cell", OTHER)
    cells.settle(run)
    assert turns == [*FUNCTIONS, *FUNCTIONS]


def test_choices_have_the_order_of_the_program() -> None:
    assert list(Several(frozenset(map(Func, FUNCTIONS))).choices) == list(map(Func, FUNCTIONS))
    mixed = Several(frozenset([OTHER, *map(Instance, CLASSES), *map(Class, CLASSES)]))
    assert list(mixed.choices) == [*map(Class, CLASSES), *map(Instance, CLASSES), OTHER]
