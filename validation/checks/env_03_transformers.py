from __future__ import annotations

from collections.abc import Iterator

from validation.check import check
from validation.lab import Lab
from validation.records import Measured
from validation.releases import REFUSED, REMOTE, STOCK, WARNED, verdicts


@check()
def transformers_is_right(lab: Lab) -> Iterator[Measured]:
    """This release of transformers computes this code's model right, as far as is known.

    A range for each kind of code and revision, with the reason; the checks that follow measure it.
    """
    version = lab.environment.versions.get("transformers", "0")
    code = REMOTE if lab.settings.remote_code else STOCK
    yield Measured("transformers", version)
    revision = "" if lab.settings.synthetic else lab.revision or lab.settings.model
    found = list(verdicts(version, code, revision))
    refused = [item.reason for item in found if item.verdict == REFUSED]
    yield Measured(
        f"releases known to be wrong for {code}", "; ".join(refused) or "not this one", equals="not this one",
        advice="the default environment has 4.45.2 (`pixi run validate`)",
    )
    for item in found:
        if item.verdict != REFUSED:
            yield Measured(f"{item.verdict} for {item.code}", item.reason, warning=_warning(item.verdict, item.reason))


def _warning(verdict: str, reason: str) -> str:
    return reason if verdict == WARNED else ""
