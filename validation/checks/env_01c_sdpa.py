from __future__ import annotations

from collections.abc import Iterator

import torch

from validation.agreement import BOUNDS, agreement
from validation.check import check
from validation.lab import Lab
from validation.records import Measured
from validation.reference import eager, sdpa


@check(needs=("ENV-01a", "ENV-01b"))
def sdpa_runs(lab: Lab) -> Iterator[Measured]:
    """A real float16 SDPA runs on the device and equals plain softmax attention in float32.

    Shapes are the model's: 20 heads of 64, two sequences of 128 tokens, one of them padded to that.
    """
    generator = torch.Generator().manual_seed(1)
    query, key, value = (torch.randn(2, 20, 128, 64, generator=generator).to(lab.device) for _ in range(3))
    mask = torch.ones(2, 1, 1, 128, dtype=torch.bool, device=lab.device)
    mask[1, ..., 100:] = False
    query = query / 8
    want = eager(query, key, value, mask)
    got = sdpa(query.half(), key.half(), value.half(), mask)
    found = agreement(got, want, torch.ones(2, 20, dtype=torch.bool, device=lab.device))
    bound = BOUNDS[torch.float16]
    yield Measured("float16 SDPA, relative L2 to float32 softmax", found.relative_l2, at_most=bound.relative_l2)
    yield Measured("float16 SDPA, smallest cosine", found.min_cosine, at_least=bound.min_cosine)
    yield Measured("result is on", str(got.device))
