"""What devices can do at most: dense half-precision TFLOP/s as their makers publish them."""

from __future__ import annotations

import re
from typing import Optional

#: Words of the device's name -> float16/bfloat16 tensor TFLOP/s without sparsity, float32 accumulation. Longest first:
#: the first that stand in the name decide. Sources: NVIDIA's data sheets. GB10 has no published float16 figure.
HALF = (
    ("GB200", 2500.0), ("B200", 2250.0),
    ("H100 PCIe", 756.0), ("H100 NVL", 835.0), ("H100", 989.0), ("H200", 989.0), ("GH200", 989.0),
    ("A100", 312.0), ("A10G", 70.0), ("A10", 125.0), ("A30", 165.0), ("A40", 150.0),
    ("L40S", 362.0), ("L40", 181.0), ("L4", 121.0), ("V100", 125.0), ("T4", 65.0),
    ("RTX 4090", 165.0), ("RTX 3090", 71.0),
)
#: Cut down in clock or size: what the full device can do says nothing about them.
PARTS = ("Laptop", "MIG")


def peak(device: str, dtype: str) -> Optional[float]:
    """TFLOP/s, None for a device or precision that the table does not have."""
    if dtype not in ("float16", "bfloat16") or any(_named(part, device) for part in PARTS):
        return None
    return next((value for words, value in HALF if _named(words, device)), None)


def _named(words: str, device: str) -> bool:
    return re.search(rf"\b{words}\b", device, re.IGNORECASE) is not None
