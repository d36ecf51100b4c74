"""Install commands in notebooks: fair-esm goes, what the target needs comes, Python is not looked at."""

from __future__ import annotations

import json

import pytest

from codemod.manifests.needs import Needs
from codemod.notebooks.installs import plan_installs
from codemod.notebooks.read import read
from codemod.notebooks.write import write
from codemod.records import Edit, Leftover

NEEDS = Needs("hf", ("torch", "transformers>=4.36"), ("transformers>=4.36",))
STUB = Needs("stub")


def planned(*cells: str, needs: Needs = NEEDS, keep: bool = False) -> tuple[list[str], list[Leftover]]:
    made = read(json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]}))
    answers = list(plan_installs("a.ipynb", made, needs, keep))
    written = write(made, [answer for answer in answers if isinstance(answer, Edit)])
    after = [cell["source"] for cell in json.loads(written)["cells"]]
    return after, [answer for answer in answers if isinstance(answer, Leftover)]


CHANGED = {
    "!pip install fair-esm": '!pip install "transformers>=4.36"',
    "%pip install -q fair-esm==2.0.0\nimport esm": '%pip install -q "transformers>=4.36"\nimport esm',
    "!pip install -q git+https://github.com/facebookresearch/esm.git": '!pip install -q "transformers>=4.36"',
    "!pip install torch fair-esm biotite": '!pip install torch "transformers>=4.36" biotite',
    "!pip install torch\n!pip install fair-esm": '!pip install torch\n!pip install "transformers>=4.36"',
    "!{sys.executable} -m pip install fair-esm": '!{sys.executable} -m pip install "transformers>=4.36"',
    "if colab:\n    !pip install fair-esm": 'if colab:\n    !pip install "transformers>=4.36"',
    "%%bash\npip install fair-esm\nls": '%%bash\npip install "transformers>=4.36"\nls',
    "pip install fair-esm\nimport esm": 'pip install "transformers>=4.36"\nimport esm',
}


@pytest.mark.parametrize(("before", "after"), CHANGED.items())
def test_fair_esm_is_replaced_by_what_the_target_needs(before: str, after: str) -> None:
    assert planned(before) == ([after], [])


STUBBED = {
    "!pip install fair-esm": "",
    "a\n!pip install fair-esm": "a",
    "!pip install fair-esm &> /dev/null\nb": "b",
    "a\n%pip install \\\n  fair-esm\nb": "a\nb",
    "!pip install fair-esm biotite": "!pip install biotite",
    "!pip install fair-esm && ls": "!ls",
}


@pytest.mark.parametrize(("before", "after"), STUBBED.items())
def test_a_stub_needs_nothing_in_its_place(before: str, after: str) -> None:
    assert planned(before, "b", needs=STUB) == ([after, "b"], [])


def test_the_only_command_of_a_block_is_left_to_a_person() -> None:
    before = "if colab:\n    !pip install fair-esm"
    after, left = planned(before, needs=STUB)
    assert after == [before]
    assert [(each.line, "delete it" in each.why) for each in left] == [(2, True)]


def test_it_stays_where_fair_esm_is_still_used() -> None:
    after, left = planned("!pip install fair-esm", keep=True)
    assert after == ['!pip install "transformers>=4.36" fair-esm']
    assert [each.line for each in left] == [1]


def test_a_clone_is_listed() -> None:
    before = "import os\n!git clone https://github.com/facebookresearch/esm"
    after, left = planned(before)
    assert (after, [each.line for each in left]) == ([before], [2])


@pytest.mark.parametrize(
    "cell",
    [
        "# !pip install fair-esm",
        "s = '''\n!pip install fair-esm\n'''",
        "print('pip install fair-esm')",
        "!pip install esm",
        "!pip install biotite",
        "# install first:\n#   pip install fair-esm",
    ],
)
def test_what_installs_no_fair_esm_is_left_alone(cell: str) -> None:
    assert planned(cell) == ([cell], [])
