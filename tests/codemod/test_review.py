"""`--review` without a terminal: scripted keys and editors; what is accepted is planned, not spliced."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Optional

import pytest
from rich.console import Console

from codemod.errors import UnusableInput
from codemod.migrate import Settings, migrate
from codemod.records import Migration
from codemod.review.merge import merge
from codemod.review.screen import Screen
from codemod.review.session import Session
from codemod.review.walk import CONTEXTS, HELP, LEFT, PAGE, SUMMARY, Walk, press
from tests.codemod.trees import grow, photograph

BOTH = b"""import esm


def one():
    model, alphabet = esm.pretrained.esm2_t12_35M_UR50D()
    return alphabet.padding_idx


def two():
    model, alphabet = esm.pretrained.esm2_t6_8M_UR50D()
    return alphabet.mask_idx
"""
OTHER = b"import esm\n\nmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\nprint(alphabet.cls_idx)\n"
EXAMPLE = Path(__file__).parents[1] / "example"
FILES = {"a.py": BOTH, "b.py": OTHER, "requirements.txt": b"fair-esm==2.0.0\nnumpy\n"}


class Talk:
    """A review whose keys and editor are scripted."""

    def __init__(self, root: Path, to: str = "hf") -> None:
        self.settings = Settings((root,), to)
        self.out = io.StringIO()
        self.opened: list[tuple[str, bytes]] = []
        self.planned: list[frozenset[int]] = []

    def run(self, keys: str, *edits: Callable[[bytes], Optional[bytes]]) -> Migration:
        typed, hands = iter(keys), iter(edits)
        console = Console(file=self.out, highlight=False, markup=False, emoji=False, width=100)

        def edit(path: str, data: bytes) -> Optional[bytes]:
            self.opened.append((path, data))
            return next(hands)(data)

        return Session(self.plan, Screen(console), lambda: next(typed, "\x04"), edit).run()

    def plan(self, rejected: frozenset[int]) -> Migration:
        self.planned.append(rejected)
        return migrate(replace(self.settings, rejected=rejected))

    def texts(self, keys: str, *edits: Callable[[bytes], Optional[bytes]]) -> dict[str, str]:
        return {plan.path: plan.result for plan in self.run(keys, *edits).changed}

    def refused(self, keys: str, *edits: Callable[[bytes], Optional[bytes]]) -> str:
        with pytest.raises(UnusableInput) as caught:
            self.run(keys, *edits)
        return str(caught.value)

    @property
    def said(self) -> str:
        return self.out.getvalue()


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    """A tree of three groups, two of them in one file; no review may touch it."""
    root = grow(tmp_path / "tree", FILES)
    before = photograph(root)
    yield Talk(root)
    assert photograph(root) == before


# the walk


def test_the_keys_have_words_and_help() -> None:
    for key, (word, _) in [*PAGE.items(), *SUMMARY.items(), *LEFT.items()]:
        assert f"[{key}]" in word
        assert HELP[key]


def test_deciding_goes_on_and_previous_goes_back() -> None:
    walk = press(press(Walk((4, 7)), "y"), "n")
    assert (walk.group, walk.accepted, walk.rejected) == (None, {4}, {7})
    back = press(walk, "p")
    assert (back.group, back.rejected, back.shown_without) == (7, {7}, frozenset())
    assert press(back, "y").accepted == {4, 7}


def test_accept_rest_spares_what_was_rejected() -> None:
    walk = press(press(press(Walk((1, 2, 3)), "n"), "p"), "a")
    assert (walk.rejected, walk.accepted, walk.group) == ({1}, {2, 3}, None)


def test_more_context_grows_and_starts_again() -> None:
    walk, seen = Walk((1,)), []
    for _ in range(len(CONTEXTS) + 1):
        seen.append(walk.context)
        walk = press(walk, "m")
    assert seen == [*CONTEXTS, CONTEXTS[0]]


@pytest.mark.parametrize("key", ["", "\n", " ", "w", "d", "é", "1", "\x1b"])
def test_a_key_that_means_nothing_decides_nothing(key: str) -> None:
    assert press(Walk((1, 2)), key) == Walk((1, 2), asks="help")


@pytest.mark.parametrize("key", ["y", "n", "a", "\n", "x"])
def test_the_summary_is_written_by_its_own_key_alone(key: str) -> None:
    summary = Walk((1,), at=1, verdicts={1: True})
    assert press(summary, key).outcome == ""
    assert press(summary, "w").outcome == "write"


def test_previous_on_the_first_page_stays() -> None:
    assert replace(press(Walk((1,)), "p"), said="") == Walk((1,))


# what comes of it


def test_all_accepted_is_what_apply_would_write(talk: Talk) -> None:
    whole = talk.plan(frozenset())
    assert talk.texts("yyyw") == {plan.path: plan.result for plan in whole.changed}
    assert talk.texts("aw") == {plan.path: plan.result for plan in whole.changed}


def test_a_rejected_group_stays_whole_with_the_import_it_needs(talk: Talk) -> None:
    texts = talk.texts("nyyw")
    first, second = texts["a.py"].split("def two")
    assert texts["a.py"].startswith("import esm\nfrom transformers import AutoTokenizer, EsmModel\n")
    assert first.endswith(BOTH.decode().split("def two")[0].partition("\n")[2])
    assert "esm.pretrained" not in second
    assert "import esm" not in texts["b.py"]


def test_dependencies_follow_what_was_decided(talk: Talk) -> None:
    assert "fair-esm" not in talk.texts("aw")["requirements.txt"]
    assert "fair-esm==2.0.0" in talk.texts("yynw")["requirements.txt"]


def test_a_rejected_group_says_so(talk: Talk) -> None:
    accepted = talk.run("yynw")
    left = [each for each in accepted.leftovers if each.why == "rejected in review"]
    assert {each.path for each in left} == {"b.py"}
    assert [group.status for group in accepted.groups] == ["migrated", "migrated", "left"]


def test_widths_follow_the_checkpoint(tmp_path: Path) -> None:
    example = {file.name: file.read_bytes() for file in EXAMPLE.iterdir() if file.is_file()}
    talk = Talk(grow(tmp_path, {**example, "zzz.py": OTHER}), "fastesm2")
    assert "2048" in talk.texts("aw")["train.py"]
    assert "train.py" not in talk.texts("ynw")


@pytest.mark.parametrize("keys", ["q", "yyq", "yyyq", "", "yy", "\x04", "\x03"])
def test_leaving_early_writes_nothing(keys: str, talk: Talk) -> None:
    assert talk.refused(keys) == "the review was ended; nothing was written"


def test_rejecting_everything_writes_nothing(talk: Talk) -> None:
    assert talk.refused("nnnw") == "nothing was accepted; nothing was written"


def test_a_tree_without_fair_esm_asks_nothing(tmp_path: Path) -> None:
    talk = Talk(grow(tmp_path, {"a.py": b"import esm3\n"}))
    assert not talk.run("").changed
    assert talk.said == ""


def test_a_tree_that_changes_meanwhile_is_refused(talk: Talk) -> None:
    plan = talk.plan
    talk.plan = lambda rejected: replace(plan(rejected), groups=plan(rejected).groups[len(rejected) :])  # type: ignore[method-assign]
    assert "changed during the review" in talk.refused("nyyw")


def test_the_same_question_is_planned_once(talk: Talk) -> None:
    talk.run("npnyypppyyyw")
    assert len(talk.planned) == len(set(talk.planned))


# from change to leftover and back

MSA = b"import esm\n\nmodel, alphabet = esm.pretrained.esm_msa1b_t12_100M_UR50S()\n"


@pytest.fixture
def unfinished(tmp_path: Path) -> Talk:
    """A tree of three groups with leftovers in the file of the third, and in two files without changes."""
    second = OTHER + b"\n\ndef old():\n    return esm.pretrained.esm_msa1b_t12_100M_UR50S()\n"
    return Talk(grow(tmp_path / "tree", {"a.py": BOTH, "b.py": second, "aa.py": MSA, "z.py": MSA}))


def pages(talk: Talk) -> list[str]:
    """The titles of the pages that were shown."""
    return re.findall(r"^((?:group|left) \d of \d|what will be written)[ ,]", talk.said, flags=re.M)


def test_leftovers_are_walked_round_and_round(unfinished: Talk) -> None:
    unfinished.refused("l" * 7 + "q")
    shown = re.findall(r"^(\w+\.py:\d+)\n", unfinished.said, flags=re.M)
    assert shown[-7:] == ["aa.py:1", "aa.py:3", "b.py:1", "b.py:8", "z.py:1", "z.py:3", "aa.py:1"]
    assert unfinished.said.count("round again") == 1


def test_backwards_begins_at_the_last(unfinished: Talk) -> None:
    unfinished.refused("LLq")
    assert unfinished.said.index("z.py:3\n") < unfinished.said.index("z.py:1\n")


def test_a_change_leads_to_the_leftovers_of_its_own_file_first(unfinished: Talk) -> None:
    unfinished.refused("yylbq")
    assert pages(unfinished) == ["group 1 of 3", "group 2 of 3", "group 3 of 3", "left 3 of 6", "group 3 of 3"]
    assert "b.py:1\nstill needed" in unfinished.said
    assert unfinished.said.count("left for you in this file: 2 (press l)") == 2


def test_the_page_of_a_leftover_shows_its_line_and_why(unfinished: Talk) -> None:
    unfinished.refused("llq")
    page = unfinished.said.partition("left 2 of 6")[2]
    assert "3 > model, alphabet = esm.pretrained.esm_msa1b_t12_100M_UR50S()" in page
    assert "the MSA Transformer has no counterpart in transformers" in page.replace("\n", " ")
    assert "Left as a whole: 1 line in 1 file" in page


def test_what_stands_in_brackets_is_explained_on_the_page(unfinished: Talk) -> None:
    unfinished.refused("lxlq")
    assert unfinished.said.count("It goes by itself with the last use it serves") == 1
    unfinished.refused("llxq")
    assert unfinished.said.count("Load the same checkpoint from the Hub") == 1


@pytest.mark.parametrize("key", ["y", "n", "a", "w", "e", "\n"])
def test_the_page_of_a_leftover_decides_nothing(key: str) -> None:
    page = Walk((1, 2), left=0)
    assert press(page, key) == replace(page, asks="help")


def test_what_was_rejected_is_among_the_leftovers(talk: Talk) -> None:
    talk.refused("nllq")
    assert "rejected in review [load_model]" in talk.said
    assert "5 >     model, alphabet = esm.pretrained.esm2_t12_35M_UR50D()" in talk.said


def test_where_nothing_is_left_the_page_stays(talk: Talk) -> None:
    talk.refused("lq")
    assert "nothing is left for you to finish" in talk.said
    assert pages(talk) == ["group 1 of 3", "group 1 of 3"]


def test_leftovers_can_be_looked_at_from_the_summary(unfinished: Talk) -> None:
    changed = unfinished.texts("alLbw")
    assert pages(unfinished)[1:] == ["what will be written", "left 1 of 6", "left 6 of 6", "what will be written"]
    assert "a.py" in changed


# by hand


def test_an_edit_by_hand_is_what_is_written(talk: Talk) -> None:
    texts = talk.texts("eyyyw", lambda data: data.replace(b"return", b"return  #"))
    assert texts["a.py"].count("return  #") == 2
    assert "esm.pretrained" not in texts["a.py"]


def test_what_does_not_compile_is_offered_again(talk: Talk) -> None:
    def broken(data: bytes) -> bytes:
        return b"def (\n" + data

    texts = talk.texts("eyaw", broken, lambda data: data.replace(b"def (\n", b"# mine\n"))
    assert texts["a.py"].startswith("# mine\n")
    assert talk.opened[1] == ("a.py", broken(talk.opened[0][1]))
    assert "line 1: invalid syntax" in talk.said


def test_an_edit_given_up_leaves_the_plan(talk: Talk) -> None:
    texts = talk.texts("enaw", lambda data: b"def (\n")
    assert texts == talk.texts("aw")


@pytest.mark.parametrize("made", [None, b"\xff\xfe"], ids=["editor fails", "not text"])
def test_an_editor_that_gives_nothing_usable_leaves_the_plan(made: Optional[bytes], talk: Talk) -> None:
    assert talk.texts("enaw" if made else "eaw", lambda data: made) == talk.texts("aw")


def test_an_edit_survives_another_decision_about_its_file(talk: Talk) -> None:
    texts = talk.texts("yenyw", lambda data: data.replace(b"def one():", b"def one():  # mine"))
    assert "def one():  # mine" in texts["a.py"]
    assert "esm.pretrained.esm2_t6_8M_UR50D()" in texts["a.py"]


def test_an_edit_that_no_longer_fits_is_said_and_left_out(talk: Talk) -> None:
    texts = talk.texts("yenyw", lambda data: data.replace(b"alphabet.mask_token_id", b"alphabet.mine"))
    assert "mine" not in texts["a.py"]
    assert "your edit of a.py does not fit what was decided since" in talk.said.replace("\n", " ")


def test_the_file_to_edit_is_chosen(talk: Talk) -> None:
    talk.run("ae2w", lambda data: data + b"# mine\n")
    assert [path for path, _ in talk.opened] == ["b.py"]
    assert "2  b.py" in talk.said


def test_no_file_chosen_opens_no_editor(talk: Talk) -> None:
    talk.run("ae9w")
    assert talk.opened == []


# what is shown


def test_a_page_shows_its_group_and_not_the_next_one(talk: Talk) -> None:
    talk.refused("nnq")
    first, second, third = talk.said.split("─\n")[1:]
    assert "b.py" not in first + second
    assert "a.py" not in third
    assert "cls_token_id" in third


def test_notes_come_first(talk: Talk) -> None:
    talk.refused("q")
    assert talk.said.startswith("What changes in meaning")


def test_rules_are_explained_one_after_the_other(talk: Talk) -> None:
    talk.refused("xxq")
    assert "load_model  (1 of 2, x for the next)" in talk.said
    assert "alphabet  (2 of 2, x for the next)" in talk.said


def test_help_asks_again(talk: Talk) -> None:
    talk.refused("?q")
    assert HELP["n"] in talk.said
    assert talk.said.count("Accept group 1 of 3?") == 2


def test_the_summary_shows_what_follows(talk: Talk) -> None:
    talk.run("aw")
    assert "3 groups accepted, 0 rejected." in talk.said
    assert "- fair-esm==2.0.0" in talk.said
    assert "EsmModel" in talk.said


# putting texts together

BASE = "1\n2\n3\n4\n5\n6\n"


def test_changes_apart_are_both_made() -> None:
    assert merge(BASE, BASE.replace("1", "one"), BASE.replace("6\n", "")) == "one\n2\n3\n4\n5\n"
    assert merge("a\r\nb\rc", "A\r\nb\rc", "a\r\nb\rc\rd") == "A\r\nb\rc\rd"
    assert merge("a\r\nb\rc\n", "A\r\nb\rc\n", "a\r\nb\rC\n") == "A\r\nb\rC\n"


def test_one_side_alone_is_taken_as_it_is() -> None:
    assert merge(BASE, "x", BASE) == "x"
    assert merge(BASE, "x", "x") == "x"


@pytest.mark.parametrize(("mine", "theirs"), [("3\n", "3\n"), ("3\n", "4\n"), ("3\n", "2\n")])
def test_changes_that_meet_are_not(mine: str, theirs: str) -> None:
    assert merge(BASE, BASE.replace(mine, "x\n"), BASE.replace(theirs, "y\n")) is None
