"""What the checks share: settings, facts, and models that are loaded once, when first asked for."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Optional

import torch
from torch import Tensor

from validation import environment, models, snapshot, synthetic, weights
from validation.environment import Environment
from validation.models import Loaded
from validation.reference import Attend, Reference, Shape, eager
from validation.snapshot import DEFAULT_MODEL, DEFAULT_REVISION, Snapshot
from validation.trust import LOCK

if TYPE_CHECKING:
    from validation.bench import LeftOut, Row


@dataclass(frozen=True)
class Settings:
    """What was asked for on the command line."""

    repository: Optional[Path] = None
    model: str = DEFAULT_MODEL
    revision: str = DEFAULT_REVISION
    device: str = "auto"
    synthetic: Optional[str] = None
    remote_code: bool = True
    trust_new_code: bool = False
    min_speedup: Optional[float] = None
    lengths: tuple[int, ...] = ()
    seconds: Optional[float] = None
    lock: Path = Path(LOCK)


class Lab:
    """Facts and models for one run; `tell` is called with what takes time, as it starts."""

    def __init__(self, settings: Settings, tell: Callable[[str], None] = lambda _: None) -> None:
        self.settings = settings
        self.tell = tell
        self.rows: list[Row] = []  # what the benchmark measured, for the JSON and the plot
        self.left_out: list[LeftOut] = []  # and what it did not, with the reason
        self._loaded: dict[tuple[str, torch.dtype], Loaded] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="synthetic-") if settings.synthetic else None

    @property
    def weights_are(self) -> str:
        """The sentence that every output carries."""
        kind = self.settings.synthetic
        if kind:
            return f"synthetic weights ({kind}), not the real ones"
        return f"{self.settings.model}@{self.revision}" if self.revision else f"local folder {self.settings.model}"

    @property
    def revision(self) -> Optional[str]:
        """The hub revision that was asked for; None for a local folder and for synthetic weights."""
        if self.settings.synthetic or snapshot.is_local(self.settings.model):
            return None
        found: Optional[Snapshot] = self.__dict__.get("snapshot")  # where it was found, `main` became a commit
        return found.revision if found else self.settings.revision

    @cached_property
    def environment(self) -> Environment:
        return environment.look(self.settings.device)

    @cached_property
    def device(self) -> torch.device:
        return torch.device(self.environment.device)

    @cached_property
    def snapshot(self) -> Snapshot:
        if self._folder is None:
            return snapshot.find(self.settings.model, self.settings.revision, self.tell)
        kind = self.settings.synthetic or ""
        self.tell(f"writing a synthetic checkpoint ({kind})")
        folder = synthetic.write(Path(self._folder.name) / f"synthetic_{kind}", kind)
        return Snapshot(folder, self.weights_are, "synthetic")

    @cached_property
    def config(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.snapshot.folder / "config.json").read_text(encoding="utf-8"))
        return found

    @cached_property
    def shape(self) -> Shape:
        return Shape.of(self.config)

    @cached_property
    def tensors(self) -> dict[str, Tensor]:
        """The file's own tensors, on the CPU: what everything in memory is compared with."""
        return weights.tensors(self.snapshot.folder)

    @cached_property
    def tokenizer(self) -> Any:
        return models.load_tokenizer(self.snapshot.folder)

    @property
    def dtype(self) -> torch.dtype:
        """The precision the benchmark runs in: float16 on a GPU, float32 on a CPU, which computes no faster in half."""
        return torch.float16 if self.device.type == "cuda" else torch.float32

    def tokens(self, sequences: tuple[str, ...]) -> tuple[Tensor, Tensor]:
        """Ids and attention mask, both (batch, longest), int64, on the device."""
        batch = self.tokenizer(list(sequences), padding=True, return_tensors="pt")
        return batch["input_ids"].to(self.device), batch["attention_mask"].to(self.device)

    def model(self, dtype: torch.dtype) -> Loaded:
        """The model under validation: the remote code's, or stock `EsmModel` with --no-remote-code."""
        if not self.settings.remote_code:
            return self.stock(dtype, self.stock_attention)
        return self._keep("remote", dtype, lambda: models.load_remote(self.snapshot.folder, dtype, self.device))

    def stock(self, dtype: torch.dtype, attention: str) -> Loaded:
        """transformers' `EsmModel` on the same weights; raises ValueError where it has no such attention."""
        folder, config = self.snapshot.folder, self.config
        return self._keep(
            f"stock {attention}", dtype,
            lambda: models.load_stock(folder, config, dtype, self.device, attention),
        )

    @property
    def stock_attention(self) -> str:
        """Stock ESM has SDPA from transformers 4.56 on (FAIR_ESM.md, version boundaries)."""
        new = environment.release(self.environment.versions["transformers"]) >= (4, 56)
        return "sdpa" if new else "eager"

    def reference(self, dtype: torch.dtype = torch.float32, attend: Attend = eager) -> Reference:
        """Our own model on the file's tensors; rotary frequencies stay float32."""
        return Reference(
            {
                name: tensor.to(self.device) if name.endswith("inv_freq") else tensor.to(self.device, dtype)
                for name, tensor in self.tensors.items()
                if not name.startswith("lm_head.")
            },
            self.shape, attend,
        )

    def release(self) -> None:
        """Forget the loaded models; the next check loads what it needs."""
        self._loaded.clear()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def close(self) -> None:
        self.release()
        self.__dict__.pop("tensors", None)
        if self._folder is not None:
            self._folder.cleanup()

    def _keep(self, kind: str, dtype: torch.dtype, make: Callable[[], Loaded]) -> Loaded:
        key = (kind, dtype)
        if key not in self._loaded:
            self.tell(f"loading {kind} model, {str(dtype).split('.')[-1]}")
            loaded = make()
            if self.device.type == "cpu":
                weights.share(loaded.model, self.tensors)
            self._loaded[key] = loaded
        return self._loaded[key]
