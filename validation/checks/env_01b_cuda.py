from __future__ import annotations

from collections.abc import Iterator

from validation.check import check
from validation.environment import Environment, native, release
from validation.lab import Lab
from validation.records import Failed, Measured, Skipped

NO_CUDA = {
    "build": "this torch is a CPU build (PyPI's aarch64 wheels are, up to 2.10.0, and so is what pixi solves without a "
    "CUDA declaration): use the default environment, pytorch 2.7.1 cuda129 from conda-forge; "
    "or ask for the rest with --device cpu",
    "driver": "this torch has CUDA {toolkit}, but no NVIDIA driver answers: install or load the driver "
    "(`nvidia-smi` must work), or ask for the rest with --device cpu",
    "device": "this torch has CUDA {toolkit} and a driver for CUDA {driver}, but sees no device: look at "
    "CUDA_VISIBLE_DEVICES and at the container's --gpus; or ask for the rest with --device cpu",
}


@check(needs=("ENV-01a",))
def cuda_is_there(lab: Lab) -> Iterator[Measured]:
    """CUDA is available and this build of PyTorch has code for this device.

    A driver states the newest toolkit it can run: driver CUDA 13.0 with toolkit 12.9 is right, the other way
    round is not. A device needs binary code of its own major version: PTX of an older one is compiled at start
    and ran FastESM2 on a GB10 at 0.55 of the manual attention's speed (FASTESM2.md, fact 3).
    """
    machine = lab.environment
    if machine.device == "cpu":
        raise Skipped("asked for CPU")
    yield Measured("toolkit", machine.toolkit or "none (a CPU build)")
    yield Measured("driver", f"{machine.driver or 'none'} (runs CUDA up to {machine.driver_cuda or 'unknown'})")
    if not machine.cuda_available:
        raise Failed(_why_not(machine))
    yield from _device(machine)
    yield from _driver(machine)


def _why_not(machine: Environment) -> str:
    kind = "build" if machine.toolkit is None else "driver" if machine.driver_cuda is None else "device"
    return "CUDA is not available: " + NO_CUDA[kind].format(toolkit=machine.toolkit, driver=machine.driver_cuda)


def _device(machine: Environment) -> Iterator[Measured]:
    assert machine.capability is not None
    yield Measured("device", f"{machine.gpu}, {machine.architecture}")
    yield Measured("the build has code for", " ".join(machine.architectures))
    yield Measured(
        f"binary code for {machine.architecture}", native(machine.capability, machine.architectures), equals=True,
        advice=f"this build has no code for {machine.architecture}: use the default environment, pytorch 2.7.1 cuda129",
    )


def _driver(machine: Environment) -> Iterator[Measured]:
    if machine.driver_cuda is None or machine.toolkit is None:
        return
    enough = release(machine.driver_cuda)[0] >= release(machine.toolkit)[0]
    yield Measured(
        f"driver (CUDA {machine.driver_cuda}) can run the toolkit (CUDA {machine.toolkit})", enough, equals=True,
        advice="the driver is older than the toolkit's major version: update the driver, not torch",
    )
