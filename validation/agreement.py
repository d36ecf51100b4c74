"""How far two embeddings are apart, and how far they may be for each precision."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Agreement:
    """Three distances over the real positions: relative L2, smallest cosine of one position, largest difference."""

    relative_l2: float
    min_cosine: float
    max_abs: float

    def __str__(self) -> str:
        return f"relative L2 {self.relative_l2:.2g}, smallest cosine {self.min_cosine:.6f}"


@dataclass(frozen=True)
class Bounds:
    """What a right model keeps to: relative L2 at most, smallest cosine at least."""

    relative_l2: float
    min_cosine: float

    def hold(self, found: Agreement) -> bool:
        """False for NaN too."""
        return found.relative_l2 <= self.relative_l2 and found.min_cosine >= self.min_cosine


#: Against a float32 reference. Measured at the true shape with random weights (FASTESM2.md): float32 4.2e-6 absolute,
#: float16 0.002 and 0.999997, bfloat16 0.017 and 0.9998; the bounds leave about ten times that.
BOUNDS = {
    torch.float32: Bounds(1e-4, 0.999999),
    torch.float16: Bounds(0.02, 0.9995),
    torch.bfloat16: Bounds(0.15, 0.995),
}


def agreement(got: Tensor, want: Tensor, real: Tensor) -> Agreement:
    """Compare (batch, length, ...) values at the positions where `real` (batch, length) is true.

    Computed in float64 on the device of `want`; NaN anywhere gives NaN, which no bound holds for.
    """
    got = got.detach().to(want.device)[real].double()
    want = want.detach()[real].double()
    cosine = torch.nn.functional.cosine_similarity(got, want, dim=-1)
    return Agreement(
        relative_l2=float(torch.linalg.vector_norm(got - want) / torch.linalg.vector_norm(want)),
        min_cosine=float(_least(cosine)),
        max_abs=float((got - want).abs().max()),
    )


def _least(values: Tensor) -> Tensor:
    return values.min() if values.numel() else torch.tensor(float("nan"))
