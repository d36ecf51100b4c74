"""The real VirNucPro, before and after: `python -m tests.equivalence virnucpro CHECKOUT`.

Each target is applied to a copy. What comes out must compile, a second run must change nothing, and with `hf` the
program's own `extract_esm` and `process_file_pro` must give the same vectors on 50 random proteins: a 36-layer twin of
esm2_t36_3B_UR50D stands in for the weights. Needs biopython and tqdm, which VirNucPro imports.
"""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.equivalence.run import apply_codemod, run_jobs
from tests.equivalence.static import problems_after
from validation.equivalence.comparing import Comparison, compare
from validation.equivalence.reading import read
from validation.equivalence.twins import Twins, write_twins
from validation.reference import Shape
from validation.synthetic import write_shape

TARGETS = ("hf", "fastesm2", "stub")
FASTESM2_REVISION = "42f08b077713e49fb546aa8f3b01606cf74919f7"
CHECKPOINT = "esm2_t36_3B_UR50D"
HERE = Path(__file__).parent / "virnucpro_runs"


def prove_virnucpro(checkout: Path, scratch: Path, python: str = sys.executable) -> list[str]:
    """Go through all targets below `scratch`; the lines of the report. Lines that begin with "!" are problems."""
    scratch = scratch.resolve()
    twins = write_twins(scratch / "twins", [CHECKPOINT])
    fasta = scratch / "proteins.fa"
    fasta.write_text(random_proteins(50))
    copies = {name: _copy(checkout, scratch / name / "VirNucPro") for name in ("original", *TARGETS)}
    lines = []
    for target in TARGETS:
        lines += _apply(target, copies["original"], copies[target])
    before = _run(sys.executable, copies["original"], ["embed.py", "process.py"], fasta, twins)
    after = _run(python, copies["hf"], ["embed.py", "process.py"], fasta, twins, ["esm"])
    lines += _same("hf", before, after)
    lines += _fastesm2(python, copies["fastesm2"], fasta, twins, _read(before["embed.py"]))
    shutil.copy(before["embed.py"], scratch / "stub" / "cached.pt")
    stubbed = _run(python, copies["stub"], ["stubbed.py"], fasta, twins, ["esm"])
    said = _read(stubbed["stubbed.py"])
    lines += [f"{'' if said['as promised'] else '!'} stub: {key}: {value}" for key, value in said.items()]
    return lines


def random_proteins(count: int, seed: int = 0) -> str:
    """FASTA text: lengths from 1 to 1500, in no order, some with the letters X B U Z O . and -."""
    chosen = random.Random(seed)
    lengths = [1, 2, 1023, 1024, 1025, 1500, *(chosen.randint(20, 500) for _ in range(count - 6))]
    chosen.shuffle(lengths)
    letters = ["ACDEFGHIKLMNPQRSTVWY", "ACDEFGHIKLMNPQRSTVWYXBUZO.-"]
    records = (
        f">contig_{n} chunk {length}\n{''.join(chosen.choices(letters[n % 5 == 0], k=length))}\n"
        for n, length in enumerate(lengths)
    )
    return "".join(records)


def _read(path: Path) -> Any:
    return read(path.name, path.read_bytes())


def _apply(target: str, original: Path, copy: Path) -> list[str]:
    problems = apply_codemod([copy], copy.parent, target)[copy.name]
    changed = [
        path.name
        for path in sorted(original.iterdir())
        if path.read_bytes() != (copy / path.name).read_bytes()
    ]
    left = [problem for problem in problems if ": left: " in problem]
    others = [problem for problem in problems if problem not in left] + problems_after(original, copy)
    return [
        f"{target}: changed {', '.join(changed) or 'nothing'}; {len(left)} left",
        *(f"  {problem}" for problem in left),
        *(f"! {target}: {problem}" for problem in others),
    ]


def _fastesm2(python: str, copy: Path, fasta: Path, twins: Twins, before: dict) -> list[str]:
    """Other weights, so other numbers: what must hold are the labels, their order, the width and finite values."""
    snapshot = twins.hf_home / "hub" / "models--Synthyra--FastESM2_650" / "snapshots" / FASTESM2_REVISION
    write_shape(snapshot, Shape(hidden=1280, layers=3, heads=20, feed_forward=1280))
    out = _run(python, copy, ["embed.py"], fasta, twins, ["esm"])
    after = _read(out["embed.py"])
    wrong = [vector for vector in after["data"] if vector.shape != (1280,) or not vector.isfinite().all()]
    good = after["proteins"] == before["proteins"] and not wrong
    kinds = ", ".join(sorted({str(vector.dtype) for vector in after["data"]}))
    verdict = " fastesm2: same labels and order, width 1280" if good else "! fastesm2: other labels, widths or NaN"
    return [f"{verdict}: {len(after['data'])} proteins, {kinds}"]


def _same(target: str, before: dict[str, Path], after: dict[str, Path]) -> list[str]:
    lines = [
        f"{'run':<12} {'proteins':>8} {'order, dtype, shape':>20} {'bit-identical':>13} {'max abs diff':>12}"
    ]
    for name, path in before.items():
        found = Comparison()
        old, new = _read(path), _read(after[name])
        compare(name, old, new, found)
        words = "equal" if not found.problems else "DIFFER"
        sizes = (f"{found.identical}/{found.tensors}", f"{found.largest:.2g}")
        lines.append("{:<12} {:>8} {:>20} {:>13} {:>12}".format(name, len(old["proteins"]), words, *sizes))
        lines += [f"! {target}: {problem}" for problem in found.problems]
    return lines


def _run(
    python: str, copy: Path, scripts: Sequence[str], fasta: Path, twins: Twins, forbidden: Sequence[str] = ()
) -> dict[str, Path]:
    """Run our scripts inside the copy; the file that each wrote."""
    out = {script: copy.parent / f"{script}.pt" for script in scripts}
    jobs = []
    for script in scripts:
        shutil.copy(HERE / script, copy / f"_run_{script}")
        argv = [f"_run_{script}", str(fasta), str(out[script]), str(copy.parent / "cached.pt")]
        jobs.append({"name": script, "folder": str(copy), "argv": argv})
    runs = run_jobs(python, jobs, copy.parent / "runs.json", twins, forbidden)["runs"]
    if errors := [f"{name}: {run['error']}" for name, run in runs.items() if run["error"]]:
        raise SystemExit("\n".join(errors))
    return out


def _copy(checkout: Path, target: Path) -> Path:
    shutil.copytree(checkout, target, ignore=shutil.ignore_patterns(".git"), dirs_exist_ok=True)
    return target
