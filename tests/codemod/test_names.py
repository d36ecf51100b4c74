"""Every way a program can name fair-esm: PEERS.md table 1d, 18 forms and 7 look-alikes.

The line marked `# here` is the use. It is rewritten, or listed with its file and line: nothing is missed in silence.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from codemod.migrate import Settings, migrate
from codemod.records import Migration
from tests.codemod.trees import grow

NAME = '"esm2_t6_8M_UR50D"'
LOAD = f"load_model_and_alphabet({NAME})"

FORMS = {
    "import R": f"import esm\nmodel, alphabet = esm.pretrained.{LOAD}  # here\n",
    "import R as A": f"import esm as A\nmodel, alphabet = A.pretrained.{LOAD}  # here\n",
    "from R import L": f"from esm.pretrained import load_model_and_alphabet\nmodel, alphabet = {LOAD}  # here\n",
    "from R import L as B": f"from esm.pretrained import load_model_and_alphabet as B\nm, a = B({NAME})  # here\n",
    "from R import P": f"from esm import pretrained\nmodel, alphabet = pretrained.{LOAD}  # here\n",
    "import R.P as A": f"import esm.pretrained as A\nmodel, alphabet = A.{LOAD}  # here\n",
    "import R.P": f"import esm.pretrained\nmodel, alphabet = esm.pretrained.{LOAD}  # here\n",
    "function-local import": f"def f():\n    import esm\n    return esm.pretrained.{LOAD}  # here\n",
    "try/except import": (
        "try:\n    import esm\nexcept ImportError:\n    raise SystemExit(1)\n"
        f"model, alphabet = esm.pretrained.{LOAD}  # here\n"
    ),
    "f = R.L": f"import esm\nf = esm.pretrained.load_model_and_alphabet\nmodel, alphabet = f({NAME})  # here\n",
    "partial(R.L, x)": (
        "from functools import partial\nimport esm\n"
        f"f = partial(esm.pretrained.load_model_and_alphabet, {NAME})  # here\nmodel, alphabet = f()\n"
    ),
    "e = R; e.L()": f"import esm\ne = esm\nmodel, alphabet = e.pretrained.{LOAD}  # here\n",
    "getattr(R, L)": f'import esm\nm, a = getattr(esm.pretrained, "load_model_and_alphabet")({NAME})  # here\n',
    "import_module(R)": (
        f'from importlib import import_module\nR = import_module("esm.pretrained")\nm, a = R.{LOAD}  # here\n'
    ),
    "from R import *": f"from esm.pretrained import *\nmodel, alphabet = {LOAD}  # here\n",
    "mock.patch string": (
        "from unittest import mock\n"
        'with mock.patch("esm.pretrained.load_model_and_alphabet"):  # here\n    pass\n'
    ),
    "call over lines with comments": (
        "import esm\nmodel, alphabet = esm.pretrained.load_model_and_alphabet(  # here\n"
        f"    {NAME},  # the small one\n)\n"
    ),
}  # fmt: skip
#: The 18th form has two files.
RE_EXPORT = {"a.py": "from esm import pretrained\n", "use.py": f"from a import *\nm, a = pretrained.{LOAD}  # here\n"}

LOOK_ALIKES = {
    "shadowed parameter": "def f(esm, pretrained):\n    return esm.pretrained.esm2_t6_8M_UR50D(), pretrained.load()\n",
    "no import": f"model, alphabet = pretrained.load({NAME})\nesm.pretrained.esm2_t6_8M_UR50D()\n",
    "self.R": "class A:\n    def f(self):\n        return self.esm.pretrained.esm2_t6_8M_UR50D()\n",
    "other module as R": "import torch as esm\nmodel = esm.pretrained.esm2_t6_8M_UR50D()\n",
    "from other import L": "from zoo import pretrained, esm2_t6_8M_UR50D\npretrained.load()\nesm2_t6_8M_UR50D()\n",
    "string and comment": '# import esm\nTEXT = """\nimport esm\nesm.pretrained.esm2_t6_8M_UR50D()\n"""\n',
    "relative import": "from . import esm\nfrom .esm import pretrained\npretrained.esm2_t6_8M_UR50D()\n",
}
#: Beside it stands a file that surely uses fair-esm, so that nothing is left alone for want of a user.
USER = "import esm\nmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\n"


def run(root: Path, files: dict[str, str]) -> Migration:
    return migrate(Settings((grow(root, {path: text.encode() for path, text in files.items()}),), "hf"))


def rewritten(migration: Migration, path: str, line: str) -> bool:
    plan = next((plan for plan in migration.changed if plan.path == path), None)
    return plan is not None and line not in plan.result.splitlines()


def accounted(root: Path, files: dict[str, str]) -> tuple[bool, bool]:
    """Whether the marked line is rewritten, and whether it is listed."""
    migration = run(root, files)
    lines = files["use.py"].splitlines()
    number = next(number for number, line in enumerate(lines, 1) if line.endswith("# here"))
    listed = any((each.path, each.line) == ("use.py", number) and each.why for each in migration.leftovers)
    return rewritten(migration, "use.py", lines[number - 1]), listed


ALL = {**{form: {"use.py": text} for form, text in FORMS.items()}, "re-export": RE_EXPORT}


@pytest.mark.parametrize("form", ALL)
def test_a_use_in_this_form_is_rewritten_or_listed(form: str, tmp_path: Path) -> None:
    changed, listed = accounted(tmp_path, ALL[form])
    assert changed != listed


def test_of_18_forms_more_are_rewritten_than_by_any_peer(tmp_path: Path) -> None:
    assert len(ALL) == 18
    changed = [accounted(tmp_path / str(number), files)[0] for number, files in enumerate(ALL.values())]
    assert sum(changed) >= 14


@pytest.mark.parametrize("form", LOOK_ALIKES)
@pytest.mark.parametrize("user", [{}, {"user.py": USER}], ids=["alone", "beside a user"])
def test_a_look_alike_is_neither_edited_nor_listed(form: str, user: dict[str, str], tmp_path: Path) -> None:
    files = {"pkg/__init__.py": "", "pkg/esm.py": "pretrained = None\n", "pkg/use.py": LOOK_ALIKES[form], **user}
    migration = run(tmp_path, files)
    assert [plan.path for plan in migration.files] == sorted(user)


def test_there_are_7_look_alikes() -> None:
    assert len(LOOK_ALIKES) == 7


#: Places where a search for `import esm` at the start of a line does not look.
HIDDEN = {
    "byte order mark": "\ufeffimport esm\nmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\n",
    "old Mac line ends": "import os\rimport esm\rmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\r",
    "form feed": "import os\n\fimport esm\nmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\n",
    "after a semicolon": "import os; import esm\nmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\n",
    "after a colon": "if 1: import esm\nmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\n",
    "backslash": "import \\\n    esm\nmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\n",
    "backslash in from": "from \\\n    esm import pretrained\nmodel, alphabet = pretrained.esm2_t6_8M_UR50D()\n",
    "backslash in a list": "import os, \\\n    esm\nmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\n",
    "no space": "import os,esm\nmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\n",
    "tabs": "if 1:\n\timport\tesm\n\tmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\n",
    "last of three": "import os, sys, esm as e\nmodel, alphabet = e.pretrained.esm2_t6_8M_UR50D()\n",
    "one-line try": "try: import esm\nexcept ImportError: raise\nmodel, a = esm.pretrained.esm2_t6_8M_UR50D()\n",
    "import by keyword": "import importlib\ne = importlib.import_module(name='esm')\ne.pretrained.esm2_t6_8M_UR50D()\n",
}


@pytest.mark.parametrize("place", HIDDEN)
def test_an_import_in_an_odd_place_is_found(place: str, tmp_path: Path) -> None:
    migration = run(tmp_path, {"use.py": HIDDEN[place]})
    assert [plan.path for plan in migration.files] == ["use.py"]
