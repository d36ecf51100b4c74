"""Which lines stand beside each other, which words are marked, and what is coloured how."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from codemod.records import LINE_END, FilePlan
from codemod.report.alignment import marks, pairs
from codemod.report.colours import Colours
from codemod.report.hunks import WIDEST, Hunk, first_line, hunks
from tests.codemod.report_sample import sample

TEXT = st.text(alphabet="ab \t\"'#\\\r\n\f(x1@é", max_size=60)


@given(TEXT, TEXT)
def test_rows_hold_the_lines_of_both_sides(before: str, after: str) -> None:
    for hunk in shown(before, after):
        for row in hunk:
            assert row.old is None or row.old.text == LINE_END.split(before)[row.old.number - 1]
            assert row.new is None or row.new.text == LINE_END.split(after)[row.new.number - 1]
            assert row.changed or (row.old and row.new and row.old.text == row.new.text)


@given(TEXT, TEXT)
def test_pieces_make_the_line_again(before: str, after: str) -> None:
    for line in (line for hunk in shown(before, after) for row in hunk for line in row.lines()):
        assert "".join(text for text, _, _ in line.pieces()) == line.text


@given(TEXT)
def test_the_same_text_has_no_hunk(text: str) -> None:
    assert shown(text, text) == []


def test_line_ends_are_not_compared() -> None:
    assert shown("a\r\nb\r\n", "a\nb") == []


def test_a_form_feed_ends_no_line() -> None:
    ((row,),) = shown("a\fb\n", "a\fc\n")
    assert row.old is not None
    assert row.old.text == "a\fb"


def test_a_hunk_starts_where_the_old_file_changes() -> None:
    lines = "".join(f"{number}\n" for number in range(1, 20))
    assert [first_line(hunk) for hunk in shown(lines, lines.replace("3\n", "x\n", 1).replace("16", "y"))] == [3, 16]
    assert [first_line(hunk) for hunk in shown(lines, lines.replace("7\n", "7\nnew\n", 1))] == [7]
    assert [first_line(hunk) for hunk in shown("", "new\n")] == [1]


def test_like_lines_stand_beside_each_other() -> None:
    old = ["import esm", "model = esm.load()", "print(model.num_layers)"]
    new = ["import torch", "from transformers import AutoModel", "x = 1", "print(model.config.num_hidden_layers)"]
    assert list(pairs(old, new)) == [(0, 0), (1, 1), (None, 2), (2, 3)]


def test_lines_without_a_like_one_fill_up() -> None:
    assert list(pairs(["a = 1"], ["zz()", "yy()"])) == [(0, 0), (None, 1)]
    assert list(pairs(["zz()", "yy()"], [])) == [(0, None), (1, None)]


def test_only_changed_words_are_marked() -> None:
    assert marks("input_dim = 3328", "input_dim = 2048") == ([(12, 16)], [(12, 16)])
    assert marks("f(a)", "f(a, b)") == ([], [(3, 6)])


def test_lines_that_share_little_are_not_marked() -> None:
    assert marks("import esm", "for x in y: pass") == ([], [])


def test_an_endless_line_is_not_searched_for_words() -> None:
    assert marks("x = [" + "1, " * 1000 + "]", "y = [" + "1, " * 1000 + "]") == ([], [])


def test_an_endless_line_is_cut_and_says_so() -> None:
    ((row,),) = shown("x = '" + "a" * 100_000 + "'", "y")
    assert row.old is not None
    assert row.old.text.endswith(f" ... and {100_000 + 6 - WIDEST} more characters")


def test_a_line_inside_a_docstring_is_a_string() -> None:
    text = 'def f():\n    """Say\n    if and for # x\n    """\n    return 1\n'
    start = text.index("    if and")
    assert Colours(text).line(start, start + 18) == [(0, 18, "string")]
    end = text.index("    return")
    assert Colours(text).line(end, end + 12) == [(4, 10, "keyword"), (11, 12, "number")]


def test_a_quote_in_a_comment_starts_no_string() -> None:
    text = "# it's \"\"\" here\nx = 'a' # b\n"
    start = text.index("x =")
    assert Colours(text).line(start, len(text) - 1) == [(4, 7, "string"), (8, 11, "comment")]


def test_every_token_kind_is_told_apart() -> None:
    text = "@wraps\nclass A: return print(self, 0x1f, rb'z')"
    start = text.index("class")
    assert Colours(text).line(0, 6) == [(0, 6, "decorator")]
    assert [(text[start + a : start + b], kind) for a, b, kind in Colours(text).line(start, len(text))] == [
        ("class", "keyword"), ("A", "definition"), ("return", "keyword"), ("print", "builtin"), ("self", "self"),
        ("0x1f", "number"), ("rb'z'", "string"),
    ]  # fmt: skip


def test_the_sample_is_one_hunk_a_place() -> None:
    assert [len(hunks(plan)) for plan in sample().changed] == [1, 1, 1, 2]


def shown(before: str, after: str) -> list[Hunk]:
    return hunks(FilePlan("a.py", "migrated", before, after))
