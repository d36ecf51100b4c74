"""`--mark`: a comment above every leftover's statement, never twice, gone with the leftover; no other byte moves."""

from __future__ import annotations

import json
import random
import re
import sysconfig
from dataclasses import replace
from pathlib import Path

import pytest

from codemod.files.text import decode
from codemod.marker import START, comment, unmarked
from codemod.marks.lines import as_written
from codemod.marks.marking import NOT_MARKED
from codemod.marks.marking import marked as marked_plan
from codemod.migrate import Settings, migrate
from codemod.records import FilePlan, Leftover, Migration
from tests.codemod.trees import grow, photograph

MSA = "esm.pretrained.esm_msa1b_t12_100M_UR50S()"
ESM2 = "esm.pretrained.esm2_t6_8M_UR50D()"
WHY = (
    "# TODO(fair-esm): the MSA Transformer has no counterpart in transformers; keep fair-esm for it, or move to "
    "single-sequence ESM-2 [load_model]"
)
IMPORT = "# TODO(fair-esm): still needed in a.py [imports]"


def planned(root: Path, mark: bool = True, to: str = "hf") -> Migration:
    return migrate(Settings((root,), to, mark=mark))


def write(migration: Migration) -> None:
    for plan in migration.changed:
        (migration.root / plan.path).write_bytes((plan.after or "").encode(plan.codec))


def marked(tmp_path: Path, source: str, encoding: str = "utf-8", name: str = "a.py") -> str:
    """The file with its comments; a second run, with or without comments, must change nothing."""
    grow(tmp_path, {name: source.encode(encoding)})
    write(planned(tmp_path))
    after = (tmp_path / name).read_bytes().decode(encoding)
    assert not planned(tmp_path).changed
    assert not planned(tmp_path, mark=False).changed
    return after


def without(text: str, newline: str = "\n") -> str:
    return "".join(line for line in text.splitlines(keepends=True) if START not in line)


# where the comment stands


def test_above_the_statement_at_its_indentation(tmp_path: Path) -> None:
    source = f"import esm\n\n\ndef f():\n    if True:\n        return {MSA}\n"
    assert marked(tmp_path, source) == (
        f"{IMPORT}\nimport esm\n\n\ndef f():\n    if True:\n        {WHY}\n        return {MSA}\n"
    )


def test_above_a_statement_that_goes_over_several_lines(tmp_path: Path) -> None:
    source = f"import esm\n\npair = (\n    # the model\n    {MSA}\n)\n"
    assert marked(tmp_path, source) == f"{IMPORT}\nimport esm\n\n{WHY}\npair = (\n    # the model\n    {MSA}\n)\n"


def test_above_a_continued_line(tmp_path: Path) -> None:
    source = f"import esm\nx = 1 + \\\n    len({MSA})\n"
    after = marked(tmp_path, source)
    assert f"\n{WHY}\nx = 1 + \\\n" in after


def test_above_a_line_with_a_string_of_several_lines(tmp_path: Path) -> None:
    source = f'import esm\n\npair = f("""\ntext\n""", {MSA})\n'
    assert f'\n{WHY}\npair = f("""\ntext\n""", ' in marked(tmp_path, source)


def test_above_the_decorators(tmp_path: Path) -> None:
    source = f"import esm\n\n\n@a\n@b\ndef f(pair={MSA}):\n    return 1\n"
    assert f"{WHY}\n@a\n@b\ndef f(" in marked(tmp_path, source)


@pytest.mark.parametrize(
    ("line", "above"),
    [(f"if x: y = {MSA}", "if x: y"), (f"a = 1; y = {MSA}", "a = 1; y"), (f"with f() as g: y = {MSA}", "with f()")],
    ids=["if", "semicolon", "with"],
)
def test_above_a_line_of_several_statements(line: str, above: str, tmp_path: Path) -> None:
    assert f"{WHY}\n{above}" in marked(tmp_path, f"import esm\n\nx = 0\n{line}\n")


def test_above_an_elif_and_an_except(tmp_path: Path) -> None:
    source = f"import esm\n\nif x:\n    pass\nelif {MSA}:\n    pass\ntry:\n    pass\nexcept {MSA}:\n    pass\n"
    after = marked(tmp_path, source)
    assert f"{WHY}\nelif " in after
    assert f"{WHY}\nexcept " in after


def test_one_comment_for_what_one_statement_leaves_twice(tmp_path: Path) -> None:
    assert marked(tmp_path, f"import esm\n\npair = {MSA}, {MSA}\n").count(WHY) == 1


def test_in_a_notebook_inside_the_cell(tmp_path: Path) -> None:
    cells = [["import esm\n", "x = 1"], ["%time pair = " + MSA], ["!echo nothing"]]
    text = json.dumps({
        "cells": [{"cell_type": "code", "source": cell, "outputs": [], "metadata": {}} for cell in cells],
        "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
    }, indent=1)  # fmt: skip
    after = json.loads(marked(tmp_path, text, name="n.ipynb"))
    assert ["".join(each["source"]).splitlines() for each in after["cells"]] == [
        ["# TODO(fair-esm): still needed in n.ipynb [imports]", "import esm", "x = 1"],
        [WHY, "%time pair = " + MSA],
        ["!echo nothing"],
    ]


# what a comment says


def test_lines_are_not_named_because_comments_move_them() -> None:
    for why in ("still needed in a.py, line 3", "still needed in a.py"):
        assert comment(Leftover("a.py", 1, "imports", why)) == IMPORT
    together = Leftover("a.py", 1, "load_model", "left together with b.py:14: no (also lines 3, 4)")
    assert comment(together) == "# TODO(fair-esm): left together with b.py: no [load_model]"


def test_a_comment_is_one_line_in_any_encoding(tmp_path: Path) -> None:
    assert comment(Leftover("a.py", 1, "r", "two\nlines")) == "# TODO(fair-esm): two\\nlines [r]"
    source = f"# coding: ascii\nimport esm\n\npair = {MSA}\n"
    assert marked(tmp_path, source, "ascii").startswith(f"# coding: ascii\n{IMPORT}\n")


# nothing else moves


@pytest.mark.parametrize(
    ("source", "encoding"),
    [
        (f"import esm\r\n\r\npair = {MSA}\r\n", "utf-8"),
        (f"import esm\rpair = {MSA}\r", "utf-8"),
        (f"import esm\n\npair = {MSA}", "utf-8"),
        (f"import esm\n\nif 1:\n\tpair = {MSA}\n", "utf-8"),
        (f"\ufeffimport esm\n\npair = {MSA}\n", "utf-8"),
        (f"import esm\n\f\npair = {MSA}\n\f\n", "utf-8"),
        (f"import esm\n\f\npair = {MSA}\n# \xe9\n", "utf-8"),
        (f"# coding: latin-1\nimport esm\n\npair = {MSA}  # \xe9\n", "latin-1"),
        (f"import esm\nx = 1   \n\n\n\npair = {MSA} ;   \n\n\n", "utf-8"),
    ],
    ids=["crlf", "cr", "no end", "tabs", "mark", "form feed", "accent", "latin-1", "blanks"],
)
def test_every_other_byte_stays(source: str, encoding: str, tmp_path: Path) -> None:
    after = marked(tmp_path, source, encoding)
    assert after.count(START) == 2
    end = "\r\n" if "\r\n" in source else "\r" if "\r" in source else "\n"
    kept = [line for line in after.split(end) if START not in line]
    assert end.join(kept).lstrip("\ufeff") == source.lstrip("\ufeff")
    assert after.startswith("\ufeff") == source.startswith("\ufeff")


def test_without_the_option_no_comment_is_written(tmp_path: Path) -> None:
    grow(tmp_path, {"a.py": f"import esm\n\npair = {MSA}\n".encode()})
    assert not planned(tmp_path, mark=False).changed


def test_a_program_without_leftovers_gets_none(tmp_path: Path) -> None:
    grow(tmp_path, {"a.py": f"import esm\n\nmodel, alphabet = {ESM2}\n".encode()})
    assert planned(tmp_path).files == planned(tmp_path, mark=False).files


def test_a_file_that_does_not_parse_stays(tmp_path: Path) -> None:
    grow(tmp_path, {"a.py": f"import esm\npair = {MSA}\ndef (\n".encode()})
    before = photograph(tmp_path)
    write(planned(tmp_path))
    assert photograph(tmp_path) == before


def test_only_python_gets_comments(tmp_path: Path) -> None:
    grow(tmp_path, {"run.sh": b"esm-extract esm2_t33_650M_UR50D in.fa out --repr_layers 33\n", "README.md": b"# x\n"})
    found = planned(tmp_path)
    assert found.leftovers
    assert not found.changed


def test_other_comments_and_strings_that_look_alike_stay(tmp_path: Path) -> None:
    text = "# TODO(fair-esm): ask Mia\nx = '''\n# TODO(fair-esm): old [load_model]\n'''\ny = 2  # TODO(fair-esm): a [b]"
    grow(tmp_path, {"a.py": text.encode()})
    assert not planned(tmp_path).changed
    assert not planned(tmp_path, mark=False).changed


def test_what_cannot_hold_a_comment_is_said(tmp_path: Path) -> None:
    cell = ["%%bash\n", "esm-extract esm2_t33_650M_UR50D in.fa out --repr_layers 33"]
    notebook = {"cells": [{"cell_type": "code", "source": cell}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    grow(tmp_path, {"n.ipynb": json.dumps(notebook).encode()})
    found = planned(tmp_path)
    assert [each.why.endswith("; not marked: no comment can stand there") for each in found.leftovers] == [True]
    assert not found.changed


# a comment goes with its leftover


@pytest.mark.parametrize("mark", [True, False], ids=["marking", "not marking"])
def test_the_run_that_migrates_takes_the_comment_out(mark: bool, tmp_path: Path) -> None:
    source = f"import esm\n\n\ndef f():\n    model, alphabet = {MSA}\n    return alphabet.mask_idx\n"
    after = marked(tmp_path, source)
    grow(tmp_path, {"a.py": after.replace(MSA, ESM2).encode()})
    write(planned(tmp_path, mark))
    final = (tmp_path / "a.py").read_text("utf-8")
    assert START not in final
    fresh = tmp_path / "fresh"
    grow(fresh, {"a.py": source.replace(MSA, ESM2).encode()})
    assert final == next(iter(planned(fresh).changed)).after


@pytest.mark.parametrize("mark", [True, False], ids=["marking", "not marking"])
def test_a_comment_whose_statement_was_ported_by_hand_goes(mark: bool, tmp_path: Path) -> None:
    after = marked(tmp_path, f"import esm\n\npair = {MSA}\nx = 1\n")
    ported = after.replace("import esm\n", "").replace(MSA, "load()")
    grow(tmp_path, {"a.py": ported.encode()})
    found = planned(tmp_path, mark)
    assert [plan.after for plan in found.changed] == [without(ported)]
    assert found.tally.uses_found == 0


def test_a_comment_stays_while_its_leftover_does(tmp_path: Path) -> None:
    source = f"import esm\n\npair = {MSA}\nmodel, alphabet = {MSA}\n"
    after = marked(tmp_path, source)
    grow(tmp_path, {"a.py": after.replace(f"model, alphabet = {MSA}", "x = 1").encode()})
    (plan,) = planned(tmp_path, mark=False).changed
    assert plan.result == f"{IMPORT}\nimport esm\n\n{WHY}\npair = {MSA}\nx = 1\n"


def test_a_comment_about_widths_stays_until_a_person_deletes_it(tmp_path: Path) -> None:
    source = "import torch\n\nhead = torch.nn.Linear(768, 2)  # TODO\n"
    kept = "# TODO(fair-esm): 768 looks like the old embedding width [widths]\n"
    grow(tmp_path, {"a.py": source.replace("head", f"{kept}head").encode()})
    assert not planned(tmp_path).changed
    assert not planned(tmp_path, mark=False).changed


# what counts


def test_comments_do_not_change_what_counts(tmp_path: Path) -> None:
    files = {
        "a.py": f"import esm\n\nmodel, alphabet = {MSA}\n".encode(),
        "b.py": b"def f(alphabet):\n    return 2\n",
        "setup.py": b"from setuptools import setup\n\nsetup(name='x', install_requires=['fair-esm'])\n",
    }
    grow(tmp_path, files)
    before = planned(tmp_path, mark=False)
    write(planned(tmp_path))
    word = "# TODO(fair-esm): import esm, get_batch_converter and repr_layers [word]"
    grow(tmp_path, {"b.py": files["b.py"].replace(b"    return", f"    {word}\n    return".encode())})
    after = planned(tmp_path, mark=False)
    for name in ("candidates", "uses_found", "uses_rewritten", "uses_left"):
        assert getattr(before.tally, name) == getattr(after.tally, name), name
    assert before.tally.uses_found > 0


def test_blanked_out_every_character_stays_in_its_place() -> None:
    text = f"x = 1\n  {WHY}\r\ny = 2\r# TODO(fair-esm): mine\n"
    assert len(unmarked(text)) == len(text)
    assert unmarked(text) == f"x = 1\n{' ' * (len(WHY) + 2)}\r\ny = 2\r# TODO(fair-esm): mine\n"
    assert unmarked("x = 1\n") == "x = 1\n"


# the report


def test_a_preview_counts_lines_as_they_are_and_an_apply_as_they_are_written(tmp_path: Path) -> None:
    source = f"import esm\n\nmodel, alphabet = {ESM2}\n\n\ndef f():\n    return {MSA}\n"
    grow(tmp_path, {"a.py": source.encode()})
    found = planned(tmp_path)
    (plan,) = found.changed
    lines, written = plan.source.split("\n"), plan.result.split("\n")
    assert [lines[each.line - 1] for each in plan.leftovers] == ["import esm", f"    return {MSA}"]
    moved = as_written(found).leftovers
    assert [written[each.line - 1] for each in moved] == ["import esm", f"    return {MSA}"]
    assert [each.line for each in moved] != [each.line for each in plan.leftovers]


def test_reasons_name_the_lines_of_the_written_file(tmp_path: Path) -> None:
    source = f"import esm\n\nmodel, alphabet = {ESM2}\n\n\ndef old():\n    m, a = {MSA}\n    return a.mask_idx\n"
    grow(tmp_path, {"a.py": source.encode(), "b.py": b"from a import old\n\nm, a = old()\n"})
    found = planned(tmp_path)
    before = [(each.line, each.why) for each in found.leftovers if "a.py" in each.why]
    moved = as_written(found)
    written = {plan.path: plan.result.split("\n") for plan in moved.changed}["a.py"]
    assert before == [(1, "still needed in a.py, line 7"), (8, before[1][1])]
    for each in moved.leftovers:
        named = re.search(r"a\.py(?::|, line )(\d+)", each.why)
        assert not named or MSA in written[int(named[1]) - 1]
    (left,) = [group for group in moved.groups if group.status == "left"]
    assert {line for _, line in left.lines} == {each.line for each in moved.leftovers if each.rule != "imports"}
    assert [group for group in moved.groups if group.status != "left"] == [
        group for group in found.groups if group.status != "left"
    ]


def test_edits_do_not_hold_the_comments(tmp_path: Path) -> None:
    grow(tmp_path, {"a.py": f"import esm\n\nmodel, alphabet = {ESM2}\nx = {MSA}\n".encode()})
    pairs = zip(planned(tmp_path).files, planned(tmp_path, mark=False).files)
    assert [one.edits == other.edits for one, other in pairs] == [True]


# any program


def real_programs(number: int) -> list[Path]:
    """Some files of the standard library, by chance but the same each time."""
    files = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    return random.Random(5).sample(files, number)


@pytest.mark.parametrize("file", real_programs(40), ids=lambda file: file.stem)
def test_comments_come_once_and_go_without_a_trace(file: Path) -> None:
    """Leftovers at any lines of real programs: the second run changes nothing, the last gives every byte back."""
    decoded, chance = decode(file.read_bytes()), random.Random(file.stem)
    lines = [chance.randint(1, decoded.text.count("\n") + 1) for _ in range(8)]
    leftovers = tuple(Leftover("a.py", line, f"rule{line % 3}", f"why é {line % 5}") for line in sorted(set(lines)))
    first = marked_plan(FilePlan("a.py", "left", decoded.text, None, decoded.codec, (), leftovers), True)
    (now,) = as_written(Migration(Path("/"), "hf", (replace(first, leftovers=leftovers),))).files
    second = FilePlan("a.py", "left", first.result, None, decoded.codec, (), now.leftovers)
    assert not marked_plan(second, True).changed
    assert not marked_plan(second, False).changed
    assert marked_plan(replace(second, leftovers=()), False).result == decoded.text
    assert first.changed or all(NOT_MARKED in each.why for each in first.leftovers)
