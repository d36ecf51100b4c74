from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from validation.agreement import BOUNDS, Agreement, agreement
from validation.check import check
from validation.lab import Lab
from validation.models import Loaded
from validation.records import Measured
from validation.releases import masks_padded_right
from validation.sequences import Case, cases
from validation.workloads import is_full

#: Tokens; a CPU computes this shape in float16 up to five times slower than in float32.
SLOW = 1000
WRONG = "the model does not compute what its weights mean: {hint}"
TWO = "our reference and stock EsmModel differ: one of the two witnesses is wrong, please report this line"
HINTS = {
    (True, True): "padding and <mask> together (transformers 4.56 to 5.2 hand no mask to the embedding)",
    (True, False): "padding is not masked, or the mask is added as a number",
    (False, True): "<mask> is not rescaled (token dropout)",
    (False, False): "attention, rotary frequencies or scale are wrong",
}


@check(needs=("ENV-04b",))
def model_computes_what_weights_mean(lab: Lab) -> Iterator[Measured]:
    """Embeddings equal those of our own float32 reference, for every kind of batch and in each precision.

    Mixed lengths with padding, <mask>, more than 1024 residues, alone and in a batch, twice the same; stock
    `EsmModel` is a second witness where its release is right. The path that returns attentions is shown, not
    judged: at the default revision it computes other numbers.
    """
    lab.tell("computing the reference")
    wanted = [(case, *lab.tokens(case.sequences)) for case in cases()]
    truth = _truth(lab, wanted)
    yield from _against(lab, torch.float16, wanted, truth, {})
    single: dict[str, Tensor] = {}
    yield from _against(lab, torch.float32, wanted, truth, single)
    yield from _steady(lab.model(torch.float32), wanted, single)
    yield from _by_hand(lab, wanted, truth)
    yield from _stock(lab, wanted, truth)
    lab.release()


Batch = tuple[Case, Tensor, Tensor]


def _truth(lab: Lab, wanted: list[Batch]) -> list[Tensor]:
    reference = lab.reference()
    return [reference(ids, mask) for _, ids, mask in wanted]


def _against(
    lab: Lab, dtype: torch.dtype, wanted: list[Batch], truth: list[Tensor], kept: dict[str, Tensor]
) -> Iterator[Measured]:
    """Compare in one precision; `kept` receives what was computed, by the case's name."""
    model = lab.model(dtype)
    for (case, ids, mask), want in zip(wanted, truth):
        if dtype == torch.float16 and ids.numel() > SLOW and lab.device.type == "cpu" and is_full(lab):
            yield Measured(f"{_name(dtype)}, {case.name}", "not computed: half precision takes minutes on a CPU")
            continue
        lab.tell(f"{case.name}, {dtype}")
        kept[case.name] = model(ids, mask)
        found = agreement(kept[case.name], want, mask.bool())
        advice = WRONG.format(hint=HINTS[case.padded, case.masked])
        yield from _judged(f"{_name(dtype)}, {case.name}", found, dtype, advice)


def _judged(what: str, found: Agreement, dtype: torch.dtype, advice: str) -> Iterator[Measured]:
    bound = BOUNDS[dtype]
    yield Measured(f"{what}: relative L2", found.relative_l2, at_most=bound.relative_l2, advice=advice)
    yield Measured(f"{what}: smallest cosine", found.min_cosine, at_least=bound.min_cosine, advice=advice)


def _steady(model: Loaded, wanted: list[Batch], kept: dict[str, Tensor]) -> Iterator[Measured]:
    """Twice the same, and the same alone as in a batch, where it is the second."""
    (case, one, mask), (batch_case, *_) = wanted[0], wanted[1]
    first = kept[case.name]
    again = agreement(model(one, mask), first, mask.bool())
    yield Measured("twice the same, largest difference", again.max_abs, at_most=1e-6,
                   advice="two passes differ: dropout is left on, or the device is not deterministic")
    alone = agreement(kept[batch_case.name][1:2, : one.shape[1]], first, mask.bool())
    yield from _judged("alone and in a batch", alone, torch.float32, WRONG.format(hint="the neighbours leak in"))
    yield Measured("model is in eval mode", not model.model.training, equals=True)


def _by_hand(lab: Lab, wanted: list[Batch], truth: list[Tensor]) -> Iterator[Measured]:
    if not lab.settings.remote_code:
        return
    model = lab.model(torch.float32)
    for (case, ids, mask), want in list(zip(wanted, truth))[:2]:
        found = agreement(model.by_hand(ids, mask), want, mask.bool())
        warning = "" if BOUNDS[torch.float32].hold(found) else (
            f"output_attentions=True computes other numbers ({case.name}: {found}): "
            "do not use it for embeddings, contacts or as a baseline")
        yield Measured(f"with output_attentions=True, {case.name}: smallest cosine", found.min_cosine, warning=warning)


def _stock(lab: Lab, wanted: list[Batch], truth: list[Tensor]) -> Iterator[Measured]:
    right = masks_padded_right(lab.environment.versions["transformers"])
    lab.release()
    model = lab.stock(torch.float32, "eager")
    for (case, ids, mask), want in zip(wanted, truth):
        if case.padded and case.masked and not right:
            yield Measured(f"stock EsmModel, {case.name}", "not compared: this release is wrong there")
            continue
        found = agreement(model(ids, mask), want, mask.bool())
        yield from _judged(f"stock EsmModel, {case.name}", found, torch.float32, TWO)


def _name(dtype: torch.dtype) -> str:
    return str(dtype).split(".")[-1]
