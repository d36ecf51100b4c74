"""All remarks, in the order of their weight."""

from __future__ import annotations

from collections.abc import Sequence

from codemod.deciding.decide import Decided
from codemod.flow.analysis import Analysis
from codemod.remarks import counted, inference, mixed, parallel, seeds
from codemod.remarks.programs import Programs

_REMARKS = (seeds, parallel, inference, mixed, counted)


def remarks(analysis: Analysis, decided: Sequence[Decided]) -> tuple[str, ...]:
    """Each kind of remark once, with the first place that it is about."""
    programs = Programs(analysis, decided)
    found = [next(each.remarks(programs), None) for each in _REMARKS] if programs.loads else []
    return tuple(each for each in found if each)
