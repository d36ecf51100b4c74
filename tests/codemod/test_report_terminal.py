"""What a person sees in the terminal, in a pipe, and in each width."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text

from codemod.records import Edit, FilePlan, Group, Leftover, Migration, Tally
from codemod.report import words
from codemod.report.hunks import hunks
from codemod.report.terminal import open_console, show
from codemod.report.terminal_diff import _folded
from tests.codemod.report_sample import empty, plan, sample
from tests.codemod.report_screenshot import main as screenshot

BOXES = re.compile("[\u2500-\u257f]")
COLOUR = re.compile(r"\x1b\[[\d;]*3\dm|\x1b\[[\d;]*4\dm|\x1b\[3\d")


def test_the_parts_come_in_their_order() -> None:
    text = piped(sample())
    order = ["What changes in meaning", "embeddings change", "4 files would change", "21 uses", "Files\n",
             "units.py:5\n", "Left for you: 5 places in 4 files", "Next\n"]  # fmt: skip
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_a_pipe_gets_plain_text_that_can_be_searched() -> None:
    text = piped(sample())
    assert "\x1b" not in text
    assert not BOXES.search(text)
    assert all(line == line.rstrip() for line in text.splitlines())
    for leftover in sample().leftovers:
        assert f"  {leftover}\n" in text


def test_a_pipe_gets_whole_paths_and_counts() -> None:
    assert re.search(r"^  scan/argv_models\.py +left +2 left$", piped(sample()), re.MULTILINE)
    assert re.search(r"^  train\.py +partial +1 edit, 1 left$", piped(sample()), re.MULTILINE)


def test_a_pipe_gets_every_changed_line_whole() -> None:
    lines = piped(sample()).splitlines()
    for changed in sample().changed:
        for row in (row for hunk in hunks(changed) for row in hunk if row.changed):
            if row.old:
                assert any(line.endswith(f"{row.old.number} - {row.old.text}") for line in lines)
            if row.new:
                assert any(line.endswith(f" + {row.new.text}") for line in lines)


def test_a_terminal_gets_a_tree_of_folders() -> None:
    text = shown(sample(), 120)
    assert "├─ notebooks/\n  │  └─ look around.ipynb  migrated  3 edits" in text
    assert "└─ units.py" in text


def test_a_terminal_without_unicode_gets_an_ascii_tree() -> None:
    file = io.TextIOWrapper(io.BytesIO(), "ascii")
    show(sample(), Console(file=file, width=180, force_terminal=True, color_system=None))
    file.seek(0)
    text = file.read()
    assert "|- notebooks/" in text
    assert text.isascii()


@pytest.mark.parametrize(("width", "beside"), [(80, False), (159, False), (160, True), (200, True)])
def test_old_and_new_stand_side_by_side_from_160_columns(width: int, beside: bool) -> None:
    lines = shown(sample(), width).splitlines()
    assert any("- input_dim = 3328" in line and "+ input_dim = 2048" in line for line in lines) is beside


@pytest.mark.parametrize("width", [60, 80, 120, 180])
def test_nothing_is_wider_than_the_terminal_but_commands(width: int) -> None:
    lines = shown(sample(), width).split("\nNext\n")[0].splitlines()
    assert max(Text(line).cell_len for line in lines) <= width


def test_a_tiny_terminal_gets_every_character() -> None:
    assert "".join(piped(sample()).split("Next")[0].split()[-3:]) in "".join(shown(sample(), 5).split())


def test_a_notebook_is_shown_as_code() -> None:
    for text in (piped(sample()), shown(sample(), 180)):
        assert "private-metadata-key" not in text
        assert "(code cells)" in text
        assert "print(model.num_layers)" in text


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    assert COLOUR.search(coloured(sample()))
    monkeypatch.setenv("NO_COLOR", "1")
    assert not COLOUR.search(coloured(sample()))


def test_changed_words_are_marked_and_the_rest_of_the_line_is_not() -> None:
    text = coloured(sample())
    marked = re.findall(r"\x1b\[[\d;]*30;4[12]m([^\x1b]+)", text)
    assert {"3328", "2048"} <= set(marked)
    assert not any("input_dim" in stretch for stretch in marked)


def test_applied_says_what_was_written_and_how_to_undo() -> None:
    text = piped(sample(applied=True))
    assert "Rewrote 4 files in /home/mia/VirNucPro" in text
    assert "embeddings change" in text
    assert "python -m codemod /home/mia/VirNucPro --undo" in text
    assert "would" not in text
    assert "units.py:5" not in text


def test_nothing_found_is_one_line() -> None:
    assert piped(empty()) == "Nothing here uses fair-esm: 62 files searched in /home/mia/other.\n"


def test_own_next_steps_replace_the_usual_ones() -> None:
    file = io.StringIO()
    show(sample(), open_console(file), next_steps=[("make migrate", "go")])
    assert file.getvalue().endswith("\nNext\n  make migrate  # go\n")


def test_no_text_of_a_repository_controls_the_terminal() -> None:
    evil = "x = 1  # \x1b[2J\x07\u202eevil\x9b1m [red]not markup[/red] :bug:\n"
    path = "a\nb\x1b[31m.py"
    change = plan(path, evil + "import esm\n", ("import esm", "import torch", "imports"))
    left = Leftover(path, 1, "r", "why\x1b[0m\nmore")
    migration = Migration(Path("/r"), "hf", (change, FilePlan(path, "left", leftovers=(left,))), notes=("\x1b[1m",))
    for text in (piped(migration), shown(migration, 180)):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text)
        assert r"\x1b[2J\x07\u202eevil\x9b1m [red]not markup[/red] :bug:" in text.replace("\n", "")


def test_a_name_that_is_not_unicode_can_be_shown() -> None:
    file = io.TextIOWrapper(io.BytesIO(), "utf-8")
    show(Migration(Path("/r"), "hf", (FilePlan("caf\udce9.py", "left"),)), open_console(file))
    file.seek(0)
    assert "caf\\udce9.py" in file.read()


def test_a_stream_that_lacks_a_character_gets_its_escape() -> None:
    file = io.TextIOWrapper(io.BytesIO(), "ascii")
    change = plan("a.py", "x = 'é'\nimport esm\n", ("import esm", "import torch", "imports"))
    show(Migration(Path("/r"), "hf", (change,)), open_console(file))
    file.seek(0)
    assert "x = '\\xe9'" in file.read()


def test_a_change_of_line_ends_alone_is_no_diff_and_no_crash() -> None:
    change = FilePlan("a.py", "migrated", "a\r\n", "a\n", edits=(Edit(1, 3, "\n", "r"),))
    assert "a.py  1 edit" in piped(Migration(Path("/r"), "hf", (change,)))
    assert "a.py  1 edit" in shown(Migration(Path("/r"), "hf", (change,)), 180)


def test_a_group_over_files_says_why_it_was_left_whole() -> None:
    group = Group(1, ("a.py", "b.py"), "left", "layer is unknown")
    migration = Migration(Path("/r"), "hf", (FilePlan("a.py", "left", leftovers=(Leftover("a.py", 1, "r", "w"),)),),
                          (group, Group(2, ("c.py",), "left", "alone")))  # fmt: skip
    assert "a.py, b.py: layer is unknown" in piped(migration)
    assert "alone" not in piped(migration)


@pytest.mark.parametrize("text", ["x" * 100, "wide 字 " * 20, "a\tb" * 30, ""])
def test_folding_loses_no_character(text: str) -> None:
    whole = Text(text)
    whole.expand_tabs(4)
    parts = _folded(Text(text), 20, 6)
    assert parts[0].plain + "".join(part.plain[6:] for part in parts[1:]) == whole.plain
    assert all(part.cell_len <= 20 for part in parts)
    assert all(part.plain.startswith(" " * 6) for part in parts[1:])


def test_commands_can_be_pasted_whatever_the_folder_is_called() -> None:
    steps = words.next_steps(Migration(Path("/my repo"), "hf", sample().files))
    assert steps[0][0] == "python -m codemod '/my repo' --to hf --apply"


def test_the_current_directory_needs_no_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert words.next_steps(Migration(tmp_path, "hf", sample().files))[0][0] == "python -m codemod --to hf --apply"


def test_nothing_to_write_is_not_offered() -> None:
    left = Migration(Path("/r"), "hf", (FilePlan("a.py", "left"),), tally=Tally(uses_found=1, uses_left=1))
    assert [command for command, _ in words.next_steps(left)] == ["python -m codemod /r --to stub"]
    assert words.next_steps(empty()) == ()


def test_nothing_written_is_not_offered_to_be_undone() -> None:
    left = Migration(Path("/r"), "hf", (FilePlan("a.py", "left"),), applied=True)
    assert words.next_steps(left) == []


def test_what_was_stubbed_is_not_offered_to_be_stubbed() -> None:
    left = Migration(Path("/r"), "stub", sample().files, tally=Tally(uses_found=1, uses_left=1))
    assert [command for command, _ in words.next_steps(left)] == ["python -m codemod /r --to stub --apply"]


def test_only_the_terminal_imports_rich() -> None:
    modules = "json_report, patch, sarif, github, html, words"
    heavy = "{'rich', 'pygments', 'libcst'} & set(sys.modules)"
    code = f"import sys; from codemod.report import {modules}; print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_a_picture_is_what_the_command_shows(tmp_path: Path) -> None:
    out = tmp_path / "out.svg"
    screenshot(str(out), "60", sys.executable, "-c", "print('\x1b[32mgreen\x1b[0m and plain')")
    text = out.read_text(encoding="utf-8")
    assert "green" in text
    assert "plain" in text
    assert "url(https" not in text


def piped(migration: Migration) -> str:
    file = io.StringIO()
    show(migration, open_console(file))
    return file.getvalue()


def shown(migration: Migration, width: int) -> str:
    """What stands on a terminal, without its colours."""
    file = io.StringIO()
    show(migration, Console(file=file, width=width, force_terminal=True, color_system=None))
    return file.getvalue()


def coloured(migration: Migration) -> str:
    file = io.StringIO()
    console = Console(file=file, width=120, force_terminal=True, color_system="standard", highlight=False)
    show(migration, console)
    return file.getvalue()
