"""Is the migrated program as fast as the original? One embedding loop under fair-esm, and what codemod makes of it.

    python tests/benchmarks/bench_extract.py [--proteins 24] [--rounds 5] [--threads 1]

The checkpoint is a twin with random weights and the true shape of esm2_t12_35M (12 x 480), once as a fair-esm file,
once as a Hub folder; the `fastesm2` program gets a synthetic checkpoint of that same shape, in float32. Every contender
is a process of its own, in turns; the table gives median CPU seconds, which other programs on the machine hardly move.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple, Optional

PROJECT = Path(__file__).parents[2]
sys.path.insert(0, str(PROJECT))

NAME, WIDTH, HEADS, LAYERS = "esm2_t12_35M_UR50D", 480, 20, 12
ANSWER = "<answer>"
PROGRAM = f'''import torch
from esm import FastaBatchedDataset, pretrained


def extract(fasta):
    model, alphabet = pretrained.load_model_and_alphabet("{NAME}")
    model.eval()
    dataset = FastaBatchedDataset.from_file(fasta)
    batches = dataset.get_batch_indices(2048, extra_toks_per_seq=1)
    loader = torch.utils.data.DataLoader(
        dataset, collate_fn=alphabet.get_batch_converter(), batch_sampler=batches
    )
    means = {{}}
    with torch.no_grad():
        for labels, strs, toks in loader:
            out = model(toks, repr_layers=[{LAYERS}], return_contacts=False)
            representations = out["representations"][{LAYERS}]
            for i, label in enumerate(labels):
                means[label] = representations[i, 1 : len(strs[i]) + 1].mean(0)
    return means
'''


class Contender(NamedTuple):
    name: str
    target: Optional[str]
    attention: Optional[str]


CONTENDERS = (
    Contender("original, fair-esm", None, None),
    Contender("--to hf, eager", "hf", "eager"),
    Contender("--to hf, SDPA", "hf", "sdpa"),
    Contender("--to fastesm2 (SDPA), same shape", "fastesm2", None),
)


def main() -> None:
    arguments = _arguments()
    if arguments.run:
        _run(Path(arguments.run[0]), *arguments.run[1:])
    else:
        _compare(arguments)


def _compare(arguments: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="extract-") as folder:
        root = Path(folder)
        environment = _prepare(root, arguments.proteins, arguments.threads)
        programs = {contender: _migrated(root, contender) for contender in CONTENDERS}
        results: dict[Contender, list[dict[str, Any]]] = {contender: [] for contender in CONTENDERS}
        for _ in range(arguments.rounds):
            for contender, program in programs.items():
                results[contender].append(_measure(program, root, contender, environment))
    _print(results, arguments)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--proteins", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--run", nargs=4, help=argparse.SUPPRESS)
    return parser.parse_args()


def _prepare(root: Path, proteins: int, threads: int) -> dict[str, str]:
    from validation.equivalence.twins import write_twins
    from validation.reference import Shape
    from validation.sequences import realistic
    from validation.snapshot import DEFAULT_MODEL, DEFAULT_REVISION
    from validation.synthetic import write_shape

    twins = write_twins(root / "caches", [NAME], WIDTH, HEADS)
    fast = twins.hf_home / "hub" / f"models--{DEFAULT_MODEL.replace('/', '--')}"
    write_shape(fast / "snapshots" / DEFAULT_REVISION, Shape(WIDTH, LAYERS, HEADS, 4 * WIDTH))
    for name, count in (("one", 1), ("many", proteins)):
        records = (f">p{number}\n{item}\n" for number, item in enumerate(realistic(count, 900)))
        (root / f"{name}.fasta").write_text("".join(records))
    return {**os.environ, **twins.environment, "OMP_NUM_THREADS": str(threads)}


def _migrated(root: Path, contender: Contender) -> Path:
    """The program as it is, or as codemod leaves it."""
    folder = root / f"program_{contender.target or 'original'}"
    if folder.exists():
        return folder / "extract.py"
    folder.mkdir()
    (folder / "extract.py").write_text(PROGRAM)
    if contender.target:
        command = [sys.executable, "-m", "codemod", str(folder), "--to", contender.target, "--apply"]
        subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    return folder / "extract.py"


def _measure(program: Path, root: Path, contender: Contender, environment: dict[str, str]) -> dict[str, Any]:
    words = [str(program), str(root / "one.fasta"), str(root / "many.fasta"), contender.attention or "none"]
    done = subprocess.run(
        [sys.executable, __file__, "--run", *words], env=environment, check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout.split(ANSWER)[1])
    return found


def _run(program: Path, one: str, many: str, attention: str) -> None:
    """In a process of its own: once on one protein (imports, caches), then timed on all of them, loading included."""
    _choose(attention)
    spec = importlib.util.spec_from_file_location("extract", program)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.extract(one)
    start = time.process_time()
    means = module.extract(many)
    seconds = time.process_time() - start
    found = {"seconds": seconds, "means": {name: value.tolist() for name, value in means.items()}}
    print(f"{ANSWER}{json.dumps(found)}{ANSWER}")


def _choose(attention: str) -> None:
    """Attention for stock models; the remote-code model in float32: a CPU computes float16 several times slower."""
    import torch
    import transformers

    for factory in (transformers.EsmModel, transformers.AutoModel):
        original = factory.from_pretrained

        def load(*words: Any, original: Any = original, **options: Any) -> Any:
            if attention != "none":
                options["attn_implementation"] = attention
            return original(*words, **{**options, "torch_dtype": torch.float32})

        factory.from_pretrained = load


def _print(results: dict[Contender, list[dict[str, Any]]], arguments: argparse.Namespace) -> None:
    import torch
    import transformers

    print(
        f"{arguments.proteins} proteins, {arguments.rounds} rounds, {arguments.threads} thread(s), "
        f"{platform.machine()}, Python {platform.python_version()}, torch {torch.__version__}, "
        f"transformers {transformers.__version__}; "
        "random weights, 12 x 480, float32\n"
    )
    first = results[CONTENDERS[0]]
    base = statistics.median(found["seconds"] for found in first)
    print(f"{'program':<36} {'CPU s':>8} {'spread':>15} {'original / this':>16} {'max difference':>15}")
    for contender, found in results.items():
        seconds = [one["seconds"] for one in found]
        middle = statistics.median(seconds)
        apart = _apart(first[0]["means"], found[0]["means"])
        same = "other weights" if contender.target == "fastesm2" else f"{apart:.1e}"
        spread = f"{min(seconds):.2f}-{max(seconds):.2f}"
        print(f"{contender.name:<36} {middle:>8.2f} {spread:>15} {base / middle:>16.2f} {same:>15}")


def _apart(one: dict[str, list[float]], other: dict[str, list[float]]) -> float:
    assert list(one) == list(other), "labels or their order differ"
    return max(abs(a - b) for name in one for a, b in zip(one[name], other[name]))


if __name__ == "__main__":
    main()
