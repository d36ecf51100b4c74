"""Widths that follow from the encoder: every case is a text file in `width_cases/`.

A case names `old`, then the files; `expected PATH` follows for a file that changes, and the leftovers as
`PATH:LINE: part of the reason`. A file without an expected text stays as it is.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from codemod.program.source import Source
from codemod.records import Edit, Leftover
from codemod.widths.artefacts import stale_artefacts
from codemod.widths.config import config_widths
from codemod.widths.encoders import mentioned
from codemod.widths.plan import candidate_words, plan_widths

CASES = sorted((Path(__file__).parent / "width_cases").glob("*.txt"))


def read_case(file: Path) -> tuple[int, dict[str, str], dict[str, str], list[str]]:
    head, *rest = re.split(r"^--- (.*)\n", file.read_text("utf-8"), flags=re.M)
    parts = dict(zip(rest[::2], rest[1::2]))
    leftovers = parts.pop("leftovers").splitlines()
    after = {name.split()[1]: text for name, text in parts.items() if name.startswith("expected ")}
    before = {name: text for name, text in parts.items() if not name.startswith("expected ")}
    return int(head.split(":")[1]), before, {**before, **after}, leftovers


def run(texts: dict[str, str], old: int, new: int = 1280) -> tuple[dict[str, str], list[Leftover]]:
    answers = list(plan_widths({path: Source(path, text) for path, text in texts.items()}, old, new))
    edits: dict[str, list[Edit]] = {path: [] for path in texts}
    for answer in answers:
        if not isinstance(answer, Leftover):
            edits[answer[0]].append(answer[1])
    return {path: spliced(text, edits[path]) for path, text in texts.items()}, sorted(
        answer for answer in answers if isinstance(answer, Leftover)
    )


def spliced(text: str, edits: list[Edit]) -> str:
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.stop :]
    return text


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_the_case_comes_out_as_written(file: Path) -> None:
    old, before, after, expected = read_case(file)
    result, leftovers = run(before, old)
    assert result == after
    assert len(leftovers) == len(expected), leftovers
    for leftover, line in zip(leftovers, expected):
        place, why = line.split(": ", 1)
        assert f"{leftover.path}:{leftover.line}" == place
        assert why in leftover.why


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_a_second_run_changes_nothing(file: Path) -> None:
    old, _, after, _ = read_case(file)
    assert run(after, old)[0] == after


@pytest.mark.parametrize("end", ["\r\n", "\r"], ids=["CRLF", "CR"])
@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_line_ends_are_kept(file: Path, end: str) -> None:
    old, before, after, _ = read_case(file)
    result, _ = run({path: text.replace("\n", end) for path, text in before.items()}, old)
    assert result == {path: text.replace("\n", end) for path, text in after.items()}


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_equal_widths_ask_for_nothing(file: Path) -> None:
    _, before, _, _ = read_case(file)
    assert run(before, 2560, 2560) == (before, [])


def test_every_encoder_is_told_by_its_own_word() -> None:
    assert [each.name for each in mentioned([Source("a.py", "prot_bert_vector = 1\n")])] == ["ProtBert"]


def test_no_literal_without_a_comment_place_is_lost() -> None:
    text = "emb = model(toks)['representations'][36]\nassert emb.shape[-1] \\\n  == 2560 and \\\n  True\n"
    result, _ = run({"a.py": text}, 2560)
    assert result["a.py"] == text.replace("2560", "1280")


def test_the_words_to_look_for_hold_the_width_of_virnucpro() -> None:
    words = candidate_words(2560)
    assert b"2560" in words
    assert b"3328" in words
    assert b"DNABERT" in words


def test_a_cache_named_after_esm_is_pointed_out_and_others_are_not() -> None:
    text = (
        "def process(file):\n"
        "    output = f'{file}_ESM.pt'\n"
        "    if os.path.exists(output):\n"
        "        return output\n"
        "def other(file):\n"
        "    output = f'{file}_DNABERT_S.pt'\n"
        "    if os.path.exists(output):\n"
        "        return output\n"
        "weights = 'esm2_t36_3B_UR50D.pt'\n"
    )
    found = list(stale_artefacts({"a.py": Source("a.py", text)}, []))
    assert sorted(each.line for each in found) == [2, 3]


def test_trained_models_and_saved_embeddings_of_the_repository_are_pointed_out() -> None:
    files = [
        "300_model.pth",
        "data/x/out_ESM.pt",
        "data/y/out_ESM.pt",
        "README.md",
        "esm2_t36_3B_UR50D.pt",
        "img/a.npy",
    ]
    found = {each.path: each.why for each in stale_artefacts({}, files)}
    assert found.keys() == {"300_model.pth", "data/x/out_ESM.pt"}
    assert "1 more" in found["data/x/out_ESM.pt"]


@pytest.mark.parametrize(
    ("path", "text", "lines"),
    [
        ("c.yaml", "model:\n  embed_dim: 2560\n  hidden_dim: 2560\n  port: 2560\n", [2]),
        ("c.json", '{"input_dim": 3328, "toks_per_batch": 3328}', [1]),
        ("c.toml", "esm_dim = 2560  # 3B\nlabels = 25600\n", [1]),
        ("c.md", "embed_dim: 2560\n", []),
    ],
)
def test_values_of_configurations_are_listed_by_their_key(path: str, text: str, lines: list[int]) -> None:
    assert [each.line for each in config_widths(path, text, 2560, 1280)] == lines
