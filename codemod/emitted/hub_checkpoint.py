import re


def hub_checkpoint(name):
    """The Hub id of an ESM checkpoint; ValueError for one that transformers does not have."""
    if name == "esm1v_t33_650M_UR90S":
        return "facebook/esm1v_t33_650M_UR90S_1"
    if not re.fullmatch(r"esm2_t\d+_\w+_UR50D|esm1b_t33_650M_UR50S|esm1v_t33_650M_UR90S_[1-5]", name):
        raise ValueError(f"{name} has no counterpart among facebook's ESM checkpoints on the Hub")
    return f"facebook/{name}"
