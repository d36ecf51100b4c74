"""The tokenizer files of the Hub's ESM models: 33 tokens, the same in ESM-2, ESM-1b and ESM-1v."""

from __future__ import annotations

from typing import Optional

#: fair-esm's `Alphabet.from_architecture("ESM-1b").all_toks`, in order.
VOCABULARY = ("<cls>", "<pad>", "<eos>", "<unk>", *"LAGVSERTIDPKQNFYMHWCXBUZO.-", "<null_1>", "<mask>")
PADDING, MASK = VOCABULARY.index("<pad>"), VOCABULARY.index("<mask>")

_SPECIAL = {f"{role}_token": f"<{role}>" for role in ("cls", "eos", "mask", "pad", "unk")}
_UNLIMITED = 10**30  # transformers' own word for no limit


def tokenizer_config(positions: Optional[int]) -> dict[str, object]:
    """`positions`: rows of the table of absolute positions, which start after the padding's; None: no limit."""
    limit = _UNLIMITED if positions is None else positions - PADDING - 1
    return {
        "tokenizer_class": "EsmTokenizer",
        "model_max_length": limit,
        "clean_up_tokenization_spaces": True,
        **_SPECIAL,
    }


def special_tokens() -> dict[str, str]:
    return dict(_SPECIAL)
