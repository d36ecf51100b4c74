"""Notebooks: read as one program, written back with nothing else changed."""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence
from typing import Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemod.errors import Unreadable
from codemod.notebooks.read import Notebook, read
from codemod.notebooks.write import fit, write
from codemod.records import Edit

HEAD = '{\n "cells": [\n'
TAIL = (
    ' ],\n "metadata": {"kernelspec": {"language": "python", "name": "python3"},  "é": "\\u00e9"},\n'
    ' "nbformat": 4, "nbformat_minor": 5\n}\n'
)


def cell(source: str, kind: str = "code") -> str:
    outputs = ' "outputs": [{"text": ["\\u00b5 \\/ <b>"], "x":1.50}],\n' if kind == "code" else ""
    return f'  {{\n   "cell_type": "{kind}",\n   "id": "a1",\n{outputs}   "source": {source}\n  }}'


def notebook(*sources: str) -> str:
    return HEAD + ",\n".join(map(cell, sources)) + "\n" + TAIL


def lines(*written: str) -> str:
    """An array as nbformat writes it."""
    return "[\n    " + ",\n    ".join(written) + "\n   ]"


def dumped(*sources: str) -> str:
    return notebook(*(json.dumps(source) for source in sources))


def edit(made: Notebook, old: str, new: str) -> Edit:
    start = made.source.index(old)
    return Edit(start, start + len(old), new, "test")


def spliced(text: str, edits: Sequence[Edit]) -> str:
    for each in sorted(edits, reverse=True):
        text = text[: each.start] + each.text + text[each.stop :]
    return text


# --- reading


def test_code_cells_are_joined_by_an_empty_line() -> None:
    text = HEAD + ",\n".join([cell('["a = 1\\n", "b = 2"]'), cell('"# esm"', "markdown"), cell('"c = 3"')]) + TAIL
    assert read(text).source == read(text).program == "a = 1\nb = 2\n\nc = 3"


def test_format_3_has_worksheets_and_input() -> None:
    text = (
        '{"nbformat": 3, "worksheets": [{"cells": ['
        '{"cell_type": "code", "language": "python", "input": ["import esm"]}, '
        '{"cell_type": "code", "language": "julia", "input": "using Flux"}]}]}'
    )
    made = read(text)
    assert made.source == "import esm"
    assert write(made, [edit(made, "esm", "torch")]) == text.replace("esm", "torch")


def test_a_notebook_without_code_is_an_empty_program() -> None:
    made = read('{"cells": [], "nbformat": 4}')
    assert (made.source, made.program, write(made, [])) == ("", "", '{"cells": [], "nbformat": 4}')


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not a notebook: Expecting value"),
        ("import esm", "not a notebook: Expecting value"),
        ('{"cells": [', "not a notebook: Expecting value"),
        ("<<<<<<< HEAD\n{}", "not a notebook: Expecting value"),
        ("[]", "its JSON is not an object"),
        ("{}", "it has no cells"),
        ('{"cells": null}', "it has no cells"),
        ('{"cells": [{"cell_type": "code"}]}', "cell 1 has no source"),
        ('{"cells": [{"cell_type": "code", "source": [1]}]}', "cell 1 has no source"),
        ("[" * 200_000, "nested too deeply"),
        ('{"cells": [], "metadata": {"kernelspec": {"language": "julia"}}}', "language is julia"),
        ('{"cells": [], "metadata": {"language_info": {"name": "R"}}}', "language is R"),
        ('{"cells": [], "metadata": {"kernelspec": {"name": "ir"}}}', "kernel is ir"),
    ],
)
def test_what_is_no_python_notebook_is_refused_in_one_line(text: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why) as caught:
        read(text)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    "metadata", ["{}", '{"kernelspec": {"name": "iris-env"}}', '{"language_info": {"name": "ipython"}}']
)
def test_an_unnamed_language_is_python(metadata: str) -> None:
    assert read(f'{{"cells": [{{"cell_type": "code", "source": "x"}}], "metadata": {metadata}}}').source == "x"


def test_a_broken_cell_is_blank_and_named_and_the_others_are_read() -> None:
    made = read(dumped("import esm", "a = 1\nprint 'esm'", "model"))
    assert list(made.unparsed) == [(3, "a = 1\nprint 'esm'")]
    assert made.program == "import esm\n\n     \n           \n\nmodel"


def test_a_cell_that_only_parses_after_another_is_not_python() -> None:
    made = read(dumped("if x:\n    pass", "else:\n    pass"))
    assert [line for line, _ in made.unparsed] == [4]
    ast.parse(made.program)


def test_a_lone_surrogate_does_not_stop_the_reading() -> None:
    made = read(notebook(r'"x = \"\ud83d\"\nimport esm"'))
    assert ast.parse(made.program).body
    assert r"\"\ud83d\"\nimport torch" in write(made, [edit(made, "esm", "torch")])


# --- writing


def test_no_edit_changes_no_byte() -> None:
    text = notebook('["a\\u00e9\\/\\n" ,\r\n"b"]', '""', "[]", '"c\\td"').replace("\n", "\r\n")
    assert write(read(text), []) == text


def test_only_the_edited_line_is_written_anew() -> None:
    text = notebook(lines('"# \\u00e9\\u003c é\\n"', '"import esm\\n"', '"x = 1"'), '"esm\\u0020"')
    made = read(text)
    assert write(made, [edit(made, "import esm", "import torch")]) == text.replace("import esm", "import torch")


def test_a_source_in_one_string_stays_one_string() -> None:
    text = notebook('"# \\u00e9 é \\/\\nimport esm\\nx = 1"')
    made = read(text)
    assert write(made, [edit(made, "import esm", "import a\nimport b")]) == text.replace(
        "import esm", "import a\\nimport b"
    )


def test_new_lines_get_the_arrays_own_indentation() -> None:
    text = notebook(lines('"import esm\\n"', '"x = 1"'))
    made = read(text)
    assert write(made, [edit(made, "import esm", 'import a\ns = "\\t"')]) == notebook(
        lines('"import a\\n"', '"s = \\"\\\\t\\"\\n"', '"x = 1"')
    )


def test_one_line_becomes_two_in_the_arrays_own_indentation() -> None:
    made = read(notebook(lines('"import esm"')))
    assert write(made, [edit(made, "esm", "a\nb")]) == notebook(lines('"import a\\n"', '"b"'))


def test_a_compact_array_stays_compact() -> None:
    made = read(notebook('["a\\n","esm"]'))
    assert write(made, [edit(made, "esm", "b\nc")]) == notebook('["a\\n","b\\n","c"]')


def test_a_removed_line_leaves_the_array() -> None:
    made = read(notebook(lines('"a\\n"', '"import esm\\n"', '"b"')))
    assert write(made, [edit(made, "import esm\n", "")]) == notebook(lines('"a\\n"', '"b"'))


def test_lines_that_are_joined_become_one_element() -> None:
    made = read(notebook(lines('"f(\\n"', '"    esm\\n"', '")"')))
    assert write(made, [edit(made, "\n    esm\n", "x")]) == notebook(lines('"f(x)"'))


def test_a_removed_last_line_takes_the_line_end_before_it() -> None:
    made = read(notebook(lines('"a\\n"', '"import esm"'), '"b"'))
    cut = [edit(made, "import esm\n", "")]
    assert write(made, cut) == notebook(lines('"a"'), '"b"')
    assert spliced(made.source, fit(made, cut)) == "a\n\nb"


def test_several_removed_last_lines_take_one_line_end() -> None:
    made = read(notebook(lines('"a\\n"', '"import esm\\n"', '"import esm.data"'), '"b"'))
    cuts = [edit(made, "import esm\n", ""), edit(made, "import esm.data\n", "")]
    assert write(made, cuts) == notebook(lines('"a"'), '"b"')


def test_a_cell_that_loses_all_its_lines_stays_as_an_empty_cell() -> None:
    made = read(notebook(lines('"import esm\\n"', '"import esm"'), '"b"'))
    assert write(made, [Edit(0, 22, "", "test")]) == notebook("[]", '"b"')


def test_a_line_put_after_the_last_one_stays_in_its_cell() -> None:
    made = read(notebook(lines('"import a"'), '"b"'))
    after = len("import a\n")
    assert write(made, [Edit(after, after, "import c\n", "test")]) == notebook(
        lines('"import a\\n"', '"import c"'), '"b"'
    )


def test_a_line_put_before_the_next_cell_goes_into_it() -> None:
    made = read(notebook('"import a"', lines('"b"')))
    before = len("import a\n\n")
    assert write(made, [Edit(before, before, "c\n", "test")]) == notebook('"import a"', lines('"c\\n"', '"b"'))


def test_an_empty_cell_can_be_filled() -> None:
    made = read(notebook("[]", '"b"'))
    assert write(made, [Edit(0, 0, "a\nc", "test")]) == notebook('["a\\n", "c"]', '"b"')


@pytest.mark.parametrize(("sample", "written"), [('"é"', "µ"), ('"\\u00e9"', "\\u00b5"), ('"x"', "µ")])
def test_new_text_is_escaped_as_the_notebook_does(sample: str, written: str) -> None:
    text = f'{{"cells": [{{"cell_type": "code", "source": ["esm"]}}], "metadata": {{"title": {sample}}}}}'
    made = read(text)
    assert write(made, [edit(made, "esm", "µ")]) == text.replace("esm", written)


def test_an_edit_across_two_cells_is_refused() -> None:
    made = read(dumped("a = 1", "b = 2"))
    with pytest.raises(ValueError, match="two cells: lines 1 and 3"):
        write(made, [Edit(2, 10, "x", "test")])


def test_overlapping_edits_are_refused() -> None:
    made = read(dumped("a = 1"))
    with pytest.raises(ValueError, match="overlap in line 1"):
        write(made, [Edit(0, 3, "x", "test"), Edit(2, 5, "y", "test")])


CELLS = st.lists(st.text(st.sampled_from('ab "\\\n\r\té\u2028😀=!%?#('), max_size=12), min_size=1, max_size=4)


@st.composite
def documents(draw: st.DrawFn) -> str:
    sources = [draw(st.sampled_from([text, text.splitlines(keepends=True)])) for text in draw(CELLS)]
    cells = [{"cell_type": "code", "id": str(n), "outputs": [], "source": each} for n, each in enumerate(sources)]
    indent: Optional[int] = draw(st.sampled_from([None, 1, 2]))
    return json.dumps({"cells": cells, "metadata": {}}, indent=indent, ensure_ascii=draw(st.booleans()))


@given(documents(), st.data())
def test_reading_what_was_written_gives_the_edited_source(text: str, data: st.DataObject) -> None:
    made = read(text)
    assert write(made, []) == text
    places = [
        each for one in made.cells for each in sorted(data.draw(st.lists(st.integers(one.start, one.stop), max_size=4)))
    ]
    edits = []
    for start, stop in zip(places[::2], places[1::2]):
        if any(one.start <= start and stop <= one.stop for one in made.cells):
            edits.append(Edit(start, stop, data.draw(st.text('xé\n"\\', max_size=3)), "test"))
    written = write(made, edits)
    assert read(written).source == spliced(made.source, edits)
    assert write(read(written), []) == written
    before, after = json.loads(text), json.loads(written)
    for one in [*before["cells"], *after["cells"]]:
        del one["source"]
    assert before == after


@given(documents(), st.integers(0, 60), st.integers(0, 60), st.sampled_from(["", "x", "x\n"]))
def test_a_fitted_edit_is_fitted(text: str, one: int, other: int, new: str) -> None:
    made = read(text)
    start, stop = sorted((min(one, len(made.source)), min(other, len(made.source))))
    try:
        fitted = fit(made, [Edit(start, stop, new, "test")])
    except ValueError:
        assert made.source[start:stop].strip("\n") or made.source[start:stop].count("\n") > 2
        return
    assert fit(made, fitted) == fitted
    assert read(write(made, fitted)).source == spliced(made.source, fitted)
