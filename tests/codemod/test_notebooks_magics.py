"""What IPython understands and Python does not: gone from the program, with every offset as it was."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemod.notebooks.magics import plain

OVERWRITTEN = {
    "%matplotlib inline\nx = 1": "pass              \nx = 1",
    "!ls\nx": "0  \nx",
    "!!ls -l": "pass   ",
    "?\nx": "0\nx",
    "?help": "pass ",
    "model?": "pass  ",
    "model.eval??  # what does it do?": "pass                            ",
    "x = !ls 'it": "x = _      ",
    "x=%pwd": "x=_   ",
    "a, b = !ls": "a, b = _  ",
    "self.x['n'] = !ls": "self.x['n'] = _  ",
    "if gpu:\n    !pip install -q torch\nx": "if gpu:\n    pass                 \nx",
    "for f in fs:\n\t%run {f}": "for f in fs:\n\tpass    ",
    "if x:\n    !l": "if x:\n    0 ",
    "!pip install \\\n    torch \\\n  esm\nx": "pass          \n           \n     \nx",
    "!a \\\r\n b\r\nx": "pass\r\n  \r\nx",
    "files = !ls \\\n  -l": "files = _    \n    ",
    "!echo it's [(\nx = 1": "pass         \nx = 1",
    "%time x = f()": "0;    x = f()",
    "if a:\n  %timeit -n 10 -r 3 f()": "if a:\n  0;                 f()",
    "%time for x in y: f(x)": "pass                  ",
    "%time": "pass ",
    "%timeit -o": "pass      ",
    ",f a b": "pass  ",
    "%%time\nimport esm": "      \nimport esm",
    "\n# run this\n%%capture out\n%%time\nx = !ls": "\n# run this\n             \n      \nx = _  ",
    "%%bash\npip install fair-esm\nimport esm": "      \n                    \n          ",
    "%%writefile a.py\nimport esm": "                \n          ",
    "%%\nimport esm": "  \n          ",
    "pip install fair-esm\nimport esm": "pass                \nimport esm",
    "cd data\nls": "pass   \n0 ",
    " !ls -l\nx": "pass   \nx",
    "\n  %cd data": "\npass      ",
}

UNTOUCHED = [
    "",
    "x = 5 % 3",
    "x = (5\n% 3)",
    "print('a',\n'%d'\n% 3)",
    "x = 5 \\\n% 3",
    '"""\n%matplotlib inline\n!ls\nwhat?\n"""',
    "'''it's\n!ls'''",
    "x = '''\n%%bash\n'''",
    'r"""E =%d"""',
    'f"a=%s"',
    's = "a =%s" % b',
    "# what?",
    "x = 1  # why?",
    "'why?'",
    "x != y",
    "x = y != z",
    "f(a\n, b)",
    "x = [a\n/ b]",
    "await model.load()",
    "async with a as b:\n    pass",
    "cd = 1\nls(cd)\npip.main()",
    "x = {\n# it's\n'a': '?'}",
    "x = 1\n\n\n",
    "def f():\n    return '%s' % (\n    x)",
    "x = 'a\\\n!b'",
]


@pytest.mark.parametrize(("cell", "program"), OVERWRITTEN.items())
def test_what_is_not_python_is_overwritten(cell: str, program: str) -> None:
    made = plain(cell)
    assert made.program == program
    assert made.parses
    assert len(program) == len(cell)
    ast.parse(program)


@pytest.mark.parametrize("cell", UNTOUCHED)
def test_python_is_left_alone(cell: str) -> None:
    made = plain(cell)
    assert (made.program, made.commands, made.parses) == (cell, [], True)


def test_commands_are_the_spans_that_ipython_takes() -> None:
    cell = "%time f()\nx = !ls\n!pip install a \\\n  b\ny"
    assert [cell[start:stop] for start, stop in plain(cell).commands] == ["%time ", "!ls", "!pip install a \\\n  b"]


@pytest.mark.parametrize("cell", ["print 'esm'", "x = (", " indented = 1", "%%time\nx = (", "x = 1\0", ">>> esm"])
def test_what_no_reading_makes_python_is_blank(cell: str) -> None:
    made = plain(cell)
    assert not made.parses
    assert made.program.split() == []
    assert len(made.program) == len(cell)


PIECES = st.sampled_from(
    [
        "!",
        "%",
        "%%",
        "?",
        "x",
        " = ",
        "\n",
        "\r\n",
        "\\\n",
        "    ",
        "if x:",
        '"',
        "'''",
        "(",
        ")",
        "#",
        "time ",
        "é",
        ";",
    ]
)


@given(st.lists(PIECES, max_size=14).map("".join))
def test_any_cell_keeps_its_length_and_lines_and_parses(cell: str) -> None:
    made = plain(cell)
    assert len(made.program) == len(cell)
    assert [c for c in made.program if c in "\r\n"] == [c for c in cell if c in "\r\n"]
    ast.parse(made.program)
