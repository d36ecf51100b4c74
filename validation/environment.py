"""Facts about this machine, looked up once; they travel with every result."""

from __future__ import annotations

import ctypes
import importlib.metadata
import platform
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Optional

import torch
from packaging.version import Version

LIBRARIES = (
    "torch", "transformers", "tokenizers", "huggingface-hub", "safetensors", "einops", "numpy", "fair-esm",
)


@dataclass(frozen=True)
class Environment:
    """The machine as the checks see it; a test makes one by hand.

    `device` is `cuda` or `cpu`; `architectures` are those the build has code for, `sm_90` (binary) or
    `compute_90` (PTX, compiled on first use); `toolkit` is the CUDA version torch was built with, `driver_cuda`
    the newest one the driver can run.
    """

    device: str
    versions: dict[str, str]
    python: str = platform.python_version()
    system: str = platform.platform()
    machine: str = platform.machine()
    date: str = ""
    threads: int = 1
    cuda_available: bool = False
    gpu: Optional[str] = None
    capability: Optional[tuple[int, int]] = None
    architectures: tuple[str, ...] = ()
    toolkit: Optional[str] = None
    driver: Optional[str] = None
    driver_cuda: Optional[str] = None

    @property
    def device_name(self) -> str:
        if self.device == "cuda" and self.gpu:
            return self.gpu
        return f"CPU ({self.machine}, {self.threads} thread{'s' if self.threads > 1 else ''})"

    @property
    def architecture(self) -> Optional[str]:
        """The device's own architecture, `sm_121` for capability (12, 1)."""
        return None if self.capability is None else f"sm_{self.capability[0]}{self.capability[1]}"


def look(device: str = "auto") -> Environment:
    """The facts of this process; `auto` means CUDA (ENV-01 asks for it), unless there is no such build at all."""
    available = torch.cuda.is_available()
    return Environment(
        device="cpu" if device == "cpu" else "cuda",
        versions=installed(LIBRARIES),
        date=datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        threads=torch.get_num_threads(),
        cuda_available=available,
        gpu=torch.cuda.get_device_name() if available else None,
        capability=torch.cuda.get_device_capability() if available else None,
        architectures=_architectures(),
        toolkit=torch.version.cuda,
        driver=_driver(),
        driver_cuda=_driver_cuda(),
    )


def installed(names: tuple[str, ...]) -> dict[str, str]:
    """Versions of those distributions that are installed."""
    found = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def release(version: str) -> tuple[int, ...]:
    """`2.5.0a0+nv` is (2, 5, 0): a vendor's pre-release of 2.5.0 has what 2.5.0 has, yet sorts below it."""
    return Version(version).release


def native(capability: tuple[int, int], architectures: tuple[str, ...]) -> bool:
    """Whether a build has binary code for a device: the same major version and no newer a minor one.

    `sm_90a` runs on 9.0 alone (CUDA C++ programming guide, architecture-specific features).
    """
    return any(_runs(capability, name) for name in architectures)


def _runs(capability: tuple[int, int], name: str) -> bool:
    found = re.fullmatch(r"sm_(\d+)(\d)([af]?)", name)
    if not found:
        return False
    major, minor = int(found[1]), int(found[2])
    if found[3] == "a":
        return capability == (major, minor)
    return capability[0] == major and capability[1] >= minor


def _architectures() -> tuple[str, ...]:
    # get_arch_list() is empty without a GPU; the flags behind it are not
    flags = getattr(torch._C, "_cuda_getArchFlags", None)
    return tuple((flags() or "").split()) if flags else ()


def _driver() -> Optional[str]:
    try:
        with open("/proc/driver/nvidia/version", encoding="utf-8") as file:
            found = re.search(r"Kernel Module.*?\s(\d+\.\d+[.\d]*)", file.read())
    except OSError:
        return None
    return found[1] if found else None


def _driver_cuda() -> Optional[str]:
    """What cuDriverGetVersion says: 13000 is CUDA 13.0."""
    try:
        library = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return None
    number = ctypes.c_int()
    if library.cuDriverGetVersion(ctypes.byref(number)) != 0:
        return None
    return f"{number.value // 1000}.{number.value % 1000 // 10}"
