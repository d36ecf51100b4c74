"""Which files are fair-esm's own, byte for byte: what tells a vendored copy from one that somebody has changed.

Digests of the language models' files in every release from 0.5.0 to 2.0.0 and every commit of the main branch after
0.5.0 (github.com/facebookresearch/esm, up to 2b36991). Between those the language models compute the same: ESM-2 came
with 1.0.0, `truncation_seq_length` with 2.0.0, and the rest is licence headers, ESMFold and inverse folding, which are
never migrated.
"""

from __future__ import annotations

import hashlib

_DIGESTS = {
    "__init__.py": ("e43f3e4299192680", "5de37cc9a4b0ba52", "3e28a3bc0a67b9bf"),
    "axial_attention.py": ("0ce361f1c8e96420", "2b1433abe19a4821"),
    "constants.py": ("8bf9231414c6e2e6", "3a95efdb8427f927"),
    "data.py": ("a43ef573057fb2ae", "73898ebaa4e7792a", "fefdb6eeaad35c3c", "13eed624d3a2ccc6"),
    "model.py": ("4646f4a7890d45ef",),
    "model/__init__.py": ("01ba4719c80b6fe9", "e3b0c44298fc1c14"),
    "model/esm1.py": ("2cd40f22658af251", "45067b7f2562f267"),
    "model/esm2.py": ("c779eefd1a3bda6f", "aadad74d5c2a5b85"),
    "model/msa_transformer.py": ("d32de66799cea065", "bcf15412dae6606d"),
    "modules.py": ("dc1e217103cabe36", "6a82388514f8a9a6", "14e527b499953d2c"),
    "multihead_attention.py": ("b0b7042204ec7cb7", "81bfc52ff93431d2", "96984fada1e9ae7b"),
    "pretrained.py": ("1938be9951639bcc", "a8dbb55e5f59ead0", "2104beefc2eec254", "60b6066eb683bccf",
                      "dbf2247f491ecee4", "91bf578706ed7aa0", "169e60f39421e1a6", "d7350b9c705c9cce"),
    "rotary_embedding.py": ("b1dd8c57fd4829d4", "fcdf9be00183786b"),
}  # fmt: skip

#: The files of fair-esm that decide what a language model computes, by their place in the package.
LANGUAGE_MODEL_FILES = tuple(_DIGESTS)


def is_released(name: str, text: str) -> bool:
    """Whether a file of the package is one that was released, whatever its line ends."""
    return digest(text) in _DIGESTS[name]


def digest(text: str) -> str:
    """The first 16 hex digits of the SHA-256 of a text with Unix line ends."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()[:16]
