import re


def has_checkpoint(name):
    """Whether transformers has the ESM checkpoint of this name."""
    return bool(re.fullmatch(r"esm2_t\d+_\w+_UR50D|esm1b_t33_650M_UR50S|esm1v_t33_650M_UR90S(_[1-5])?", name))
