from __future__ import annotations

from collections.abc import Iterator

import torch
import torch.nn.functional as F

from validation.check import check
from validation.environment import release
from validation.lab import Lab
from validation.records import Measured

FLOOR = (2, 5)


@check()
def torch_has_sdpa(lab: Lab) -> Iterator[Measured]:
    """PyTorch is 2.5 or newer and has scaled-dot-product attention.

    The release is compared, not the version: 2.5.0a0 of a vendor's container is a 2.5.0.
    """
    version = lab.environment.versions["torch"]
    yield Measured("torch", version)
    yield Measured(
        "torch release is 2.5 or newer", release(version)[:2] >= FLOOR, equals=True,
        advice="use the default environment (`pixi run validate`): pytorch 2.7.1",
    )
    yield Measured(
        "torch.nn.functional.scaled_dot_product_attention is there",
        hasattr(F, "scaled_dot_product_attention"), equals=True, advice="this torch is too old or broken",
    )
    yield Measured("threads", torch.get_num_threads())
