"""Which implementation of scaled-dot-product attention a forward pass really used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Callable, Optional

import torch
from torch.utils._python_dispatch import TorchDispatchMode

#: Operators that SDPA dispatches to, and how the documentation calls them.
NAMES = {
    "flash_attention_for_cpu": "flash (CPU)", "flash_attention": "flash", "efficient_attention": "efficient",
    "cudnn_attention": "cuDNN", "attention_math": "math",
}


def used(run: Callable[[], object]) -> str:
    """The kernels of one run, `none` where no SDPA was called."""
    seen = _Seen()
    with torch.inference_mode(), seen:  # only in inference mode is SDPA seen before it is taken apart
        run()
    return named(seen.operators)


def named(operators: Iterable[str]) -> str:
    """Names of the SDPA kernels among operator names such as `aten::_scaled_dot_product_flash_attention`."""
    found = (re.fullmatch(r"aten::_scaled_dot_product_(?:fused_)?(\w+?)(?:_for_mps)?", name) for name in operators)
    kinds = sorted({NAMES.get(match[1], match[1]) for match in found if match})
    if kinds:
        return " and ".join(kinds)
    return "math" if "aten::scaled_dot_product_attention" in operators else "none"


class _Seen(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Every operator that reaches a device; SDPA itself is taken apart as PyTorch does it for this call."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.operators: set[str] = set()

    def __torch_dispatch__(
        self, func: Any, types: Sequence[Any], args: Sequence[Any] = (), kwargs: Optional[Mapping[str, Any]] = None
    ) -> Any:
        name = func.name().split(".")[0]
        self.operators.add(name)
        if name == "aten::scaled_dot_product_attention":
            with self:
                return func.decompose(*args, **(kwargs or {}))
        return func(*args, **(kwargs or {}))
