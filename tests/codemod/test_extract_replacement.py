"""The README's script in place of esm-extract writes the same .pt files as fair-esm's scripts/extract.py.

The original is not in fair-esm's wheel: `FAIR_ESM_EXTRACT` may name its file; without it, fair-esm's interface is
called in the way that the original documents.
"""

from __future__ import annotations

import os
import re
import runpy
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("esm.pretrained", reason="needs fair-esm", exc_type=ImportError)

from validation.equivalence.twins import write_twins  # noqa: E402

README = Path(__file__).parents[2] / "README.md"
SCRIPT = re.compile(r"<!-- extract\.py -->\s*```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
ESM2, ESM1B = "esm2_t6_8M_UR50D", "esm1b_t33_650M_UR50S"
BOUND = 1e-4

FASTA = f""">first a description, kept
MKTVRQERLKSIVRILERSKEPVSG
AQLAEELSVSRQVIVQDIAYLRSLGYNIVA
>short
MALW
>
KAISQXBUZO.-
>family/member
KA<mask>ISQERLKSIV<mask>
>same length as short
GGSW
>one
M
>long|1
{"ACDEFGHIKLMNPQRSTVWY" * 6}
"""

#: Arguments of both programs after model, sequences and folder.
RUNS = {
    "everything": ["--repr_layers", "0", "3", "6", "--include", "mean", "per_tok", "bos", "contacts"],
    "last layer": ["--include", "mean"],
    "negative layers, small batches, cut": [
        *("--repr_layers", "-1", "2", "-7", "2", "--toks_per_batch", "60"),
        *("--truncation_seq_length", "20", "--include", "per_tok", "contacts"),
    ],
}


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not README.exists():
        pytest.skip("there is no README.md yet")
    found = SCRIPT.search(README.read_text(encoding="utf-8"))
    if found is None:
        pytest.skip("README.md has no script marked <!-- extract.py -->")
    path = tmp_path_factory.mktemp("script") / "extract.py"
    path.write_text(found[1], encoding="utf-8")
    return path


@pytest.mark.parametrize("name", [ESM2, ESM1B])
@pytest.mark.parametrize("options", RUNS.values(), ids=RUNS)
def test_both_programs_write_the_same_files(options: list[str], name: str, script: Path, tmp_path: Path) -> None:
    twins = write_twins(tmp_path / "twins", [name])
    (tmp_path / "x.fasta").write_text(FASTA)
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patch.setenv("TORCH_HOME", str(twins.torch_home))
        _original([name, str(tmp_path / "x.fasta"), str(tmp_path / "before"), *options, "--nogpu"], patch)
        patch.setitem(sys.modules, "esm", None)
        _run(script, [str(twins.snapshot(name)), str(tmp_path / "x.fasta"), str(tmp_path / "after"), *options], patch)
    before, after = _files(tmp_path / "before"), _files(tmp_path / "after")
    assert len(before) == FASTA.count(">") - FASTA.count("<mask>")
    assert after.keys() == before.keys()
    for path, content in before.items():
        _same(content, after[path], path)


@pytest.mark.parametrize(
    ("sequence", "error"), [("mktv", KeyError), ("MKJ", KeyError), ("M\n>twice\nM\n>twice\nM", ValueError)]
)
def test_what_fair_esm_refuses_is_refused(sequence: str, error: type[Exception], script: Path, tmp_path: Path) -> None:
    twins = write_twins(tmp_path / "twins", [ESM2])
    (tmp_path / "x.fasta").write_text(f">a\n{sequence}\n")
    arguments = [str(twins.snapshot(ESM2)), str(tmp_path / "x.fasta"), str(tmp_path / "out"), "--include", "mean"]
    with pytest.MonkeyPatch.context() as patch, pytest.raises(error):
        _run(script, arguments, patch)
    assert not (tmp_path / "out").exists()


def _run(program: Path, arguments: list[str], patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sys, "argv", [str(program), *arguments])
    runpy.run_path(str(program), run_name="__main__")


def _original(arguments: list[str], patch: pytest.MonkeyPatch) -> None:
    if "FAIR_ESM_EXTRACT" in os.environ:
        _run(Path(os.environ["FAIR_ESM_EXTRACT"]), arguments, patch)
    else:
        _as_documented(*arguments[:3], arguments[3:])


def _as_documented(name: str, fasta: str, out: str, options: list[str]) -> None:
    import esm

    model, alphabet = esm.pretrained.load_model_and_alphabet(name)
    cut, include = int(_values(options, "--truncation_seq_length", "1022")[0]), _values(options, "--include")
    wanted = {int(layer) % (model.num_layers + 1) for layer in _values(options, "--repr_layers", "-1")}
    dataset = esm.FastaBatchedDataset.from_file(fasta)
    convert = alphabet.get_batch_converter(cut)
    for indices in dataset.get_batch_indices(int(_values(options, "--toks_per_batch", "4096")[0]), 1):
        labels, sequences, tokens = convert([dataset[index] for index in indices])
        with torch.no_grad():
            found = model.eval()(tokens, repr_layers=wanted, return_contacts=True)
        for i, (label, sequence) in enumerate(zip(labels, sequences)):
            end = min(cut, len(sequence))
            residues = {layer: states[i, 1 : end + 1] for layer, states in found["representations"].items()}
            parts = {
                "per_tok": ("representations", residues),
                "mean": ("mean_representations", {layer: states.mean(0) for layer, states in residues.items()}),
                "bos": ("bos_representations", {layer: t[i, 0] for layer, t in found["representations"].items()}),
                "contacts": ("contacts", found["contacts"][i, :end, :end]),
            }
            path = Path(out, f"{label}.pt")
            path.parent.mkdir(parents=True, exist_ok=True)
            torch.save({"label": label, **dict(parts[part] for part in parts if part in include)}, path)


def _values(options: list[str], option: str, *default: str) -> list[str]:
    if option not in options:
        return list(default)
    rest = options[options.index(option) + 1 :]
    return rest[: next((i for i, word in enumerate(rest) if word.startswith("--")), len(rest))]


def _files(folder: Path) -> dict[str, Any]:
    return {
        path.relative_to(folder).as_posix(): torch.load(path, weights_only=True)
        for path in folder.rglob("*")
        if path.is_file()
    }


def _same(one: Any, other: Any, place: str) -> None:
    assert type(one) is type(other), place
    if isinstance(one, dict):
        assert list(one) == list(other), place
        for key in one:
            _same(one[key], other[key], f"{place}[{key!r}]")
    elif isinstance(one, torch.Tensor):
        assert (one.shape, one.dtype) == (other.shape, other.dtype), place
        assert other.untyped_storage().nbytes() == other.nbytes, f"{place} keeps a larger tensor alive"
        torch.testing.assert_close(other, one, rtol=0, atol=BOUND, equal_nan=True, msg=lambda text: f"{place}: {text}")
    else:
        assert one == other, place
