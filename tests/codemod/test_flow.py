"""The lattice of meanings, and the promises of the analysis that no single case shows."""

from __future__ import annotations

import ast
from itertools import product
from pathlib import Path

import pytest

from codemod.flow.analysis import Analysis
from codemod.flow.items import item, with_item
from codemod.flow.joining import element, join
from codemod.flow.values import OTHER, Const, External, Func, Map, Meaning, Mixed, Seq, Tup, Value, meanings, origins
from codemod.library import ALPHABET, MODEL
from codemod.migrate import Settings, migrate
from codemod.program.project import Project
from codemod.program.source import Source
from codemod.uses.usage import find_uses
from tests.codemod.trees import grow

ONE, TWO = ast.parse("load()").body[0], ast.parse("more()").body[0]
MODEL_1, MODEL_2 = Meaning(MODEL, frozenset([ONE])), Meaning(MODEL, frozenset([TWO]))
ALPHABET_1 = Meaning(ALPHABET, frozenset([ONE]))
VALUES: list[Value] = [
    None, OTHER, Mixed(frozenset([ONE])), MODEL_1, MODEL_2, ALPHABET_1, Func(ONE), External("torch.nn"),
    *(Const(frozenset(known)) for known in (["a"], [1, 2], [False], [""])),
    Tup((MODEL_1, ALPHABET_1)), Tup((OTHER, None)), Tup((MODEL_2,)), Seq(MODEL_1), Seq(OTHER),
    Map((("m", MODEL_1),)), Map((), OTHER),
    join(Tup((MODEL_1, ALPHABET_1)), Tup((MODEL_1, OTHER, ALPHABET_1))),
    *(Tup((None,) * length) for length in (0, 4, 5)),
]  # fmt: skip


def analysed(files: dict[str, str], order: int = 1) -> Analysis:
    sources = {path: Source(path, text) for path, text in files.items()}
    analysis = Analysis(Project(sorted(files)[::order], sources.get))
    analysis.run(sorted(files)[::order])
    return analysis


def keys(analysis: Analysis) -> list[tuple[str, int, str]]:
    return [(use.source.path, use.line, use.key) for use in find_uses(analysis)]


# the lattice


@pytest.mark.parametrize(("left", "right"), list(product(VALUES, VALUES)))
def test_joining_is_commutative_and_goes_only_up(left: Value, right: Value) -> None:
    both = join(left, right)
    assert both == join(right, left)
    assert join(both, left) == both
    assert join(both, right) == both


def test_the_order_of_joining_does_not_matter() -> None:
    wrong = [
        (one, two, three)
        for one, two, three in product(VALUES, VALUES, VALUES)
        if join(join(one, two), three) != join(one, join(two, three))
    ]
    assert wrong == []


@pytest.mark.parametrize("value", VALUES)
def test_a_value_with_itself_or_with_nothing_is_itself(value: Value) -> None:
    assert join(value, value) == value
    assert join(None, value) == join(value, None) == value


@pytest.mark.parametrize(("left", "right"), list(product(VALUES, VALUES)))
def test_what_is_fair_esms_is_never_forgotten(left: Value, right: Value) -> None:
    assert origins(left) | origins(right) <= origins(join(left, right))


@pytest.mark.parametrize("value", VALUES)
def test_a_meaning_that_is_joined_with_something_else_is_no_meaning(value: Value) -> None:
    joined = join(MODEL_1, join(value, External("other.model")))
    assert list(meanings(joined)) == [] or isinstance(value, (Tup, Seq, Map))


def test_two_loads_of_one_kind_are_one_meaning() -> None:
    assert join(MODEL_1, MODEL_2) == Meaning(MODEL, frozenset([ONE, TWO]))
    assert isinstance(join(MODEL_1, ALPHABET_1), Mixed)


def test_containers_give_what_was_put_in() -> None:
    pair = Tup((MODEL_1, ALPHABET_1))
    assert item(pair, Const(frozenset([1]))) == ALPHABET_1
    assert item(pair, Const(frozenset([-2]))) == MODEL_1
    assert isinstance(item(pair, OTHER), Mixed)
    assert isinstance(element(pair), Mixed)
    assert item(with_item(Map(()), Const(frozenset(["m"])), MODEL_1), Const(frozenset(["m"]))) == MODEL_1
    assert item(with_item(Map(()), OTHER, MODEL_1), Const(frozenset(["m"]))) == MODEL_1
    assert element(with_item(Tup(()), OTHER, MODEL_1)) == MODEL_1


def test_a_container_that_holds_itself_comes_to_an_end() -> None:
    found = keys(
        analysed({"a.py": "import esm\nx = []\nfor i in y:\n    x = [x, x, esm.pretrained]\n    z = {1: x, 2: z}\n"})
    )
    assert ("a.py", 4, "module") in found


# the analysis


TANGLE = {
    "a.py": "from b import *\nmodel, alphabet = load()\nwide(model)\n",
    "b.py": "from esm import pretrained as p\nfrom c import wide\n\ndef load():\n    return p.esm2_t6_8M_UR50D()\n",
    "c.py": "import a\n\n\ndef wide(model):\n    return model.embed_dim, a.alphabet.padding_idx\n",
}


def test_files_that_import_each_other_settle_on_the_same_in_any_order() -> None:
    found = keys(analysed(TANGLE))
    assert ("c.py", 5, f"{MODEL}.embed_dim") in found
    assert ("c.py", 5, f"{ALPHABET}.padding_idx") in found
    assert keys(analysed(TANGLE, -1)) == found


def test_names_of_files_do_not_matter() -> None:
    swapped = {"a": "m", "b": "a", "c": "b"}
    renamed = {}
    for path, text in TANGLE.items():
        for old in "abc":
            text = text.replace(f"from {old} ", f"from <{old}> ").replace(
                f"import {old}\n", f"import <{old}> as {old}\n"
            )
        for old, new in swapped.items():
            text = text.replace(f"<{old}>", new)
        renamed[f"{swapped[path[0]]}.py"] = text
    there = sorted((swapped[path[0]] + ".py", line, key) for path, line, key in keys(analysed(TANGLE)))
    assert sorted(keys(analysed(renamed))) == there


@pytest.mark.parametrize(
    "text",
    [
        "def f(m):\n    return f(m)\n\n\nf(load())\n",
        "def f(m):\n    return g([m])\n\n\ndef g(m):\n    return f((m,))\n\n\nf(load())\n",
        "x = load()\nwhile x:\n    x = (x, x)\n",
        "f = lambda n: f(f)(f)\nf(load())\n",
        "class A(A):\n    x = load()\n\n    def f(self):\n        self.x = {1: self.x}\n        return self.f()\n",
        "from functools import partial\nf = print\nfor i in y:\n    f = partial(f, load())\n",
        "def f():\n    yield from f()\n    yield [load(), *f()]\n",
        "class A:\n    pass\n\n\nclass B(A):\n    pass\n\n\nA.__bases__ = (B,)\nB.m = A.m = load()\n",
    ],
    ids=[
        "recursion",
        "growing arguments",
        "growing loop",
        "self-application",
        "own base",
        "partial",
        "generator",
        "bases",
    ],
)
def test_every_program_comes_to_an_end(text: str) -> None:
    found = keys(analysed({"a.py": f"from esm.pretrained import esm2_t6_8M_UR50D as load\n{text}"}))
    assert any("esm2_t6_8M_UR50D" in key for _, _, key in found)


def test_without_fair_esm_there_are_no_uses() -> None:
    text = "def load(esm):\n    m, a = esm.pretrained.esm2_t6_8M_UR50D()\n    return m.num_layers, a.padding_idx\n"
    assert keys(analysed({"a.py": text, "b.py": "from a import load\nload(1)\n"})) == []


# groups


GROUPS = {
    "one.py": "from esm.pretrained import *\n\nmodel, alphabet = esm2_t6_8M_UR50D()\nprint(alphabet.padding_idx)\n",
    "two.py": "from esm.pretrained import *\nmodel, alphabet = esm2_t6_8M_UR50D()\n\nmodel.half()\n",
    "three.py": "from two import alphabet\n\nprint(alphabet.mask_idx)\n",
}


def test_one_use_that_is_left_leaves_its_whole_group_in_every_file_and_no_other(tmp_path: Path) -> None:
    migration = migrate(Settings((grow(tmp_path, {path: text.encode() for path, text in GROUPS.items()}),), "hf"))
    assert [plan.path for plan in migration.changed] == ["one.py"]
    assert [(group.files, group.status) for group in migration.groups] == [
        (("one.py",), "migrated"),
        (("three.py", "two.py"), "left"),
    ]
    assert migration.groups[1].why is not None
    assert migration.groups[1].why.startswith("two.py:4: half precision")
    assert [(each.path, each.line) for each in migration.leftovers if each.path == "three.py"] == [("three.py", 3)]


def test_values_that_meet_in_one_call_are_one_group(tmp_path: Path) -> None:
    text = "from esm.pretrained import esm2_t6_8M_UR50D as load\n\n\ndef f(model, alphabet):\n    return model\n\n\n"
    text += "model, _ = load()\n_, alphabet = load()\nf(model, alphabet)\nmodel.half()\n"
    migration = migrate(Settings((grow(tmp_path, {"a.py": text.encode()}),), "hf"))
    assert [group.status for group in migration.groups] == ["left"]
    assert not migration.changed


def test_what_a_value_holds_in_many_places_is_looked_at_once() -> None:
    value: Value = MODEL_1
    for _ in range(60):  # 2 to the power of 60 places
        value = Tup((value, value))
    assert list(meanings(value)) == [MODEL_1]
    assert origins(value) == MODEL_1.origins


def test_who_imports_a_file_that_imports_a_loader_is_followed(tmp_path: Path) -> None:
    texts = {
        "units.py": "import esm\n\ndef load():\n    return esm.pretrained.esm2_t6_8M_UR50D()\n",
        "middle.py": "from units import load\n\nmodel, alphabet = load()\nconverter = alphabet.get_batch_converter()\n",
        "end.py": "from middle import model\n\nprint(model.num_layers)\n",
        "other.py": "import torch\nfrom . import esm_tools\n\nx = 'esm'\n",
        "user.py": "import other\n",
    }
    root = grow(tmp_path, {path: text.encode() for path, text in texts.items()})
    migration = migrate(Settings((root,), "hf"))
    assert {plan.path for plan in migration.changed} == {"units.py", "middle.py", "end.py"}
