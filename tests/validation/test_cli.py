"""The command line from end to end, its JSON and its plot."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from validation import cli, fair_esm, plot, session
from validation.agreement import Agreement
from validation.bench import Row
from validation.cli import main
from validation.environment import Environment
from validation.records import Timing

NUMBER = {"type": ["number", "null"]}
TIMING = {
    "type": "object", "additionalProperties": False,
    "required": ["samples", "median", "spread", "tokens", "tokens_per_second", "tflops", "peak_bytes"],
    "properties": {
        "samples": {"type": "array", "items": {"type": "number", "exclusiveMinimum": 0}, "minItems": 6},
        "median": NUMBER, "spread": NUMBER, "tokens": {"type": "integer"}, "tokens_per_second": NUMBER,
        "tflops": NUMBER, "peak_bytes": {"type": ["integer", "null"]},
    },
}
#: The report, version 1: what other programs may rely on.
SCHEMA: dict[str, Any] = {
    "type": "object", "additionalProperties": False,
    "required": ["version", "weights", "model", "revision", "environment", "outcomes", "benchmark"],
    "properties": {
        "version": {"const": 1}, "weights": {"type": "string"}, "model": {"type": "string"},
        "revision": {"type": ["string", "null"]},
        "environment": {
            "type": "object",
            "required": ["device", "versions", "python", "system", "machine", "date", "threads", "gpu", "capability",
                         "architectures", "toolkit", "driver", "driver_cuda", "cuda_available"],
        },
        "outcomes": {"type": "array", "minItems": 1, "items": {
            "type": "object", "additionalProperties": False,
            "required": ["name", "title", "status", "why", "cannot_answer", "seconds", "warnings", "measured"],
            "properties": {
                "name": {"type": "string", "pattern": "^ENV-0[1-5][a-c]?$"}, "title": {"type": "string"},
                "status": {"enum": ["passed", "failed", "skipped"]}, "why": {"type": ["string", "null"]},
                "cannot_answer": {"type": "boolean"}, "seconds": {"type": "number"},
                "warnings": {"type": "array", "items": {"type": "string"}},
                "measured": {"type": "array", "items": {
                    "type": "object", "additionalProperties": False,
                    "required": ["what", "value", "unit", "at_least", "at_most", "equals", "holds"],
                    "properties": {"what": {"type": "string"}, "value": {}, "unit": {"type": "string"},
                                   "at_least": NUMBER, "at_most": NUMBER, "equals": {}, "holds": {"type": "boolean"}},
                }},
            },
        }},
        "benchmark": {"type": "object", "additionalProperties": False, "required": ["pairs", "rows", "left_out"],
                      "properties": {"pairs": {"type": "object"}, "left_out": {"type": "array", "items": {
            "type": "object", "additionalProperties": False, "required": ["workload", "pair", "why"], "properties": {
                "workload": {"type": "string"}, "pair": {"enum": ["", "a", "b", "c", "d"]}, "why": {"type": "string"},
            },
        }}, "rows": {
            "type": "array", "items": {
                "type": "object", "additionalProperties": False,
                "required": ["workload", "length", "batch", "pair", "dtype", "speedup", "interval", "verdict", "right",
                             "baseline", "model", "baseline_agreement", "model_agreement", "kernel", "kernel_unmasked"],
                "properties": {
                    "workload": {"type": "string"}, "length": {"type": "integer"}, "batch": {"type": "integer"},
                    "pair": {"enum": ["a", "b", "c", "d"]}, "dtype": {"type": "string"}, "speedup": NUMBER,
                    "interval": {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2},
                    "verdict": {"enum": ["claim confirmed", "faster", "refuted", "undecided"]},
                    "right": {"type": "boolean"}, "baseline": TIMING, "model": TIMING,
                    "baseline_agreement": {"type": "object"}, "model_agreement": {"type": "object"},
                    "kernel": {"type": "string"}, "kernel_unmasked": {"type": "string"},
                },
            },
        }}},
    },
}


@pytest.fixture
def without_fair_esm(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own environment has fair-esm, the original that migrations are proven against."""
    monkeypatch.setattr(fair_esm, "distributions", lambda: ())
    monkeypatch.setattr(fair_esm, "what_esm_is", lambda: "nothing")


@pytest.mark.usefixtures("without_fair_esm")
def test_the_complete_path_on_a_cpu(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "report.json"
    words = ["--device", "cpu", "--synthetic", "tiny", "--lengths", "16,40", "--seconds", "0"]
    assert main([*words, "--json", str(target), "--plot", str(tmp_path / "plot.svg")]) == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    last = shown.strip().splitlines()[-1]
    assert "ENV-05:passed" in last
    assert "synthetic weights (tiny)" in last
    report = json.loads(target.read_text())
    jsonschema.validate(report, SCHEMA)
    assert [one["status"] for one in report["outcomes"]] == ["passed", "skipped", *["passed"] * 7]
    assert report["weights"] == "synthetic weights (tiny), not the real ones"
    assert report["benchmark"]["rows"]
    picture = (tmp_path / "plot.svg").read_text()
    assert picture.startswith("<?xml")


def test_a_failure_ends_the_run_with_1_and_json_alone_on_standard_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fair_esm, "distributions", lambda: ("fair-esm 2.0.0",))
    assert main(["--device", "cpu", "--synthetic", "tiny", "--only", "ENV-02", "--json", "-"]) == 1
    said = capsys.readouterr()
    report = json.loads(said.out)
    jsonschema.validate(report, SCHEMA)
    assert report["outcomes"][0]["status"] == "failed"
    assert "pip uninstall fair-esm" in " ".join(said.err.split())


def test_a_run_that_ends_early_says_how_to_go_on_and_that_there_is_no_plot(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(fair_esm, "distributions", lambda: ("fair-esm 2.0.0",))
    assert main(["--device", "cpu", "--synthetic", "tiny", "--plot", str(tmp_path / "out.png")]) == 1
    shown = capsys.readouterr().out
    assert "Stopped at the first failure; --keep-going runs the other checks too." in shown
    assert "No plot: nothing was timed" in shown
    assert not (tmp_path / "out.png").exists()


def test_an_interrupted_run_is_no_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("validation.session.run", interrupted)
    assert main(["--synthetic", "tiny"]) == 2
    assert capsys.readouterr().err == "interrupted: no answer\n"


def test_a_log_gets_one_line_for_each_thing_that_takes_time(capsys: pytest.CaptureFixture[str]) -> None:
    told = session.Told(seconds=60)
    for text in ("downloading x: 1% of 2 GB", "downloading x: 2% of 2 GB", "loading", "loading"):
        told(text)
    assert capsys.readouterr().err == "... downloading x: 1% of 2 GB\n... loading\n"


@pytest.mark.parametrize("word", ["out.png", "out.svg"])
def test_both_kinds_of_plot_are_drawn_with_memory_where_it_was_counted(word: str, tmp_path: Path) -> None:
    close = Agreement(0.002, 0.99999, 0.1)
    rows = [
        Row(f"{length} tokens x {batch}", length, batch, pair, "float16", Timing(pair, (2.0,) * 6, 8, 1e9, 2 * 10**9),
            Timing("model", (1.0,) * 6, 8, 1e9, 10**9), (1.9, 2.1), close, close, pair != "d", "efficient", "flash")
        for length in (128, 512) for batch in (1, 8) for pair in "abcd"
    ]
    machine = Environment(device="cuda", versions={"torch": "2.7.1"}, gpu="NVIDIA GB10", date="2026-11-24 22:00 UTC")
    plot.save(rows, machine, "owner/name@1234", tmp_path / word)
    content = (tmp_path / word).read_bytes()
    assert content.startswith(b"\x89PNG" if word == "out.png" else b"<?xml")
    assert len(content) > 10_000


def test_checks_are_listed_from_their_own_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    shown = capsys.readouterr().out
    assert "ENV-04b (needs ENV-01c, ENV-04a)" in shown
    assert "tensor by tensor" in shown


@pytest.mark.parametrize("words", [["--only", "ENV-77"], ["--only", "x"]])
def test_an_unknown_check_is_a_bad_argument(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert "no check is called" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["/no/such/folder"], ["--device", "tpu"], ["--lengths", "1"], ["--lengths", "a"],
                                   ["--plot", "out.pdf"], ["--plot", "/no/such/folder/out.png"],
                                   ["--json", "/no/such/folder/out.json"],
                                   ["--synthetic", "tiny", "--model", "owner/name"],
                                   ["--synthetic", "tiny", "--revision", "main"],
                                   ["--model", "/tmp", "--revision", "main"]])
def test_bad_arguments_end_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_without_its_libraries_it_says_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "LIBRARIES", ("torch", "no_such_library"))
    assert main([]) == 2
    assert "not installed: no_such_library; run `pixi run validate`" in capsys.readouterr().err


def test_a_sub_command_gets_the_words_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "COMMANDS", {"equivalence": lambda words: len(words)})
    assert main(["equivalence", "one", "two"]) == 2


def test_a_folder_is_not_taken_for_a_sub_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr("validation.session.run", lambda arguments: seen.append(arguments.repository) or 0)
    assert main([str(tmp_path)]) == 0
    assert seen == [tmp_path]


def test_help_needs_no_torch() -> None:
    import subprocess

    code = "import sys; sys.modules['torch'] = None; from validation.cli import main; main(['--help'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, "--synthetic" in done.stdout) == (0, True)
