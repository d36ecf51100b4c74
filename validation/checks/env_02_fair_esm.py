from __future__ import annotations

from collections.abc import Iterator

from validation import fair_esm
from validation.check import check
from validation.lab import Lab
from validation.records import Measured


@check()
def fair_esm_is_gone(lab: Lab) -> Iterator[Measured]:
    """fair-esm is not installed, `import esm` does not find it, and the repository does not use it.

    EvolutionaryScale's `esm` and a folder called esm are not fair-esm. The repository is scanned by codemod,
    dependency files included, when one is named on the command line.
    """
    yield Measured(
        "installed distributions of fair-esm", ", ".join(fair_esm.distributions()) or "none", equals="none",
        advice="`pixi run validate` uses an environment without it; with pip: `pip uninstall fair-esm`",
    )
    found = fair_esm.what_esm_is()
    yield Measured("`import esm` finds", found)
    yield Measured(
        "`import esm` finds fair-esm", found.startswith("fair-esm"), equals=False,
        advice="a copy lies on sys.path: remove it, or start python somewhere else",
    )
    yield _uses(lab)


def _uses(lab: Lab) -> Measured:
    repository = lab.settings.repository
    if repository is None:
        return Measured("uses of fair-esm left", "not asked: name a repository on the command line")
    lab.tell(f"scanning {repository} for fair-esm")
    left = fair_esm.places(fair_esm.scan(repository))
    more = f" and {len(left) - 3} more" if len(left) > 3 else ""
    return Measured(
        f"uses of fair-esm left in {repository}", len(left), at_most=0,
        advice=f"{', '.join(left[:3])}{more}; see `python -m codemod {repository}`, then --apply",
    )
