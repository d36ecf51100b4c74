"""Prove the programs by hand: `python -m tests.equivalence [--python EXE] [NAME ...]`, or VirNucPro itself."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.equivalence.fast_twin import prove_fast
from tests.equivalence.made_up.grammar import write_programs
from tests.equivalence.run import FASTESM2, HARDER, PROGRAMS, Proof, programs, prove
from tests.equivalence.virnucpro import prove_virnucpro

DESCRIPTION = """\
Runs each program under fair-esm, migrates it with this tool, runs the result under transformers (without fair-esm),
and compares what they saved and printed. --python names another interpreter for the migrated side, so that the same
migrated code meets another transformers; that interpreter needs torch and transformers, nothing else.
Exit code 0: all the same (or, with --allow-refusal, refused loudly by naming transformers); 1: something differs."""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.equivalence",
        description=DESCRIPTION,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="programs to prove, all by default; or: virnucpro CHECKOUT"
    )
    parser.add_argument(
        "--python", default=sys.executable, metavar="EXE", help="interpreter of the migrated side"
    )
    parser.add_argument(
        "--made-up", type=int, nargs=2, metavar=("COUNT", "SEED"), help="so many programs drawn at random instead"
    )
    parser.add_argument(
        "--to", choices=("hf", "fastesm2"), default="hf", help="what to migrate to; fastesm2 is proven in float32"
    )
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep originals, migrated copies and outputs here"
    )
    parser.add_argument(
        "--allow-refusal", action="store_true", help="a refusal that names transformers is no failure"
    )
    arguments = parser.parse_args()
    if arguments.names[:1] == ["virnucpro"]:
        return _virnucpro(Path(arguments.names[1]), arguments)
    folders = (FASTESM2,) if arguments.to == "fastesm2" else (PROGRAMS, HARDER)
    everything = [program for folder in folders for program in programs(folder)]
    chosen = [program for program in everything if not arguments.names or program.name in arguments.names]
    with tempfile.TemporaryDirectory() as temporary:
        scratch = arguments.keep or Path(temporary)
        if arguments.made_up:
            chosen = write_programs(scratch / "programs", *arguments.made_up, arguments.to)
        proof = (prove_fast if arguments.to == "fastesm2" else prove)(scratch, chosen, arguments.python)
    print(table(proof))
    allowed = {"same", "refused"} if arguments.allow_refusal else {"same"}
    may_stay = {program.name for program in (chosen if arguments.made_up else programs(HARDER))}
    wrong = [v for v in proof.verdicts if v.outcome not in allowed | ({"left"} if v.program in may_stay else set())]
    return 1 if wrong else 0


def _virnucpro(checkout: Path, arguments: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as temporary:
        lines = prove_virnucpro(checkout, arguments.keep or Path(temporary), arguments.python)
    print("\n".join(lines))
    return 1 if any(line.startswith("!") for line in lines) else 0


def table(proof: Proof) -> str:
    """One row for each program, its problems below it, and what ran."""
    rows = [f"{'program':<18} {'outcome':<8} {'tensors':>7} {'bit-identical':>13} {'max abs diff':>12}"]
    for verdict in proof.verdicts:
        row = (verdict.program, verdict.outcome, verdict.tensors, verdict.identical, verdict.largest)
        rows.append("{:<18} {:<8} {:>7} {:>13} {:>12.2g}".format(*row))
        rows += [f"    {line}" for problem in verdict.problems for line in problem.splitlines()[-3:]]
    for side, versions in (("before", proof.before), ("after", proof.after)):
        rows.append(f"{side}: " + ", ".join(f"{name} {version}" for name, version in versions.items()))
    return "\n".join(rows)


if __name__ == "__main__":
    raise SystemExit(main())
