"""Calls process_file_pro of features_extract.py, whose own model goes to extract_esm by keyword."""

import os
import shutil
import sys
from pathlib import Path

import transformers

fasta, out = sys.argv[1:3]


def without_dnabert(cls):
    """DNABERT-S is no part of this proof, and is not there."""
    original = cls.from_pretrained
    cls.from_pretrained = lambda name, *a, **k: None if "DNABERT" in name else original(name, *a, **k)
    return original


originals = {cls: without_dnabert(cls) for cls in (transformers.AutoTokenizer, transformers.AutoModel)}
# Its second half needs the downloaded data; everything before the first loop is run as it stands.
source = Path("features_extract.py").read_text(encoding="utf-8").split("for root, dirs, filenames in")[0]
space = {"__name__": "features_extract"}
exec(compile(source, "features_extract.py", "exec"), space)
copied = out.replace(".pt", ".fa")
shutil.copy(fasta, copied)
os.replace(space["process_file_pro"](copied), out)
for cls, original in originals.items():
    cls.from_pretrained = original
