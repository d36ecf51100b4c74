import pathlib
import re
import shlex


def checkpoint_location(name):
    """The Hub id of an ESM checkpoint; for a .pt file the folder that `python -m codemod convert` makes, beside it."""
    if name.endswith(".pt"):
        folder = pathlib.Path(name).with_suffix("")
        if not folder.is_dir():
            command = shlex.join(["python", "-m", "codemod", "convert", name, str(folder)])
            raise FileNotFoundError(f"{folder} is not there yet: {command}")
        return folder
    if name == "esm1v_t33_650M_UR90S":
        return "facebook/esm1v_t33_650M_UR90S_1"
    if not re.fullmatch(r"esm2_t\d+_\w+_UR50D|esm1b_t33_650M_UR50S|esm1v_t33_650M_UR90S_[1-5]", name):
        raise ValueError(f"{name} has no counterpart among facebook's ESM checkpoints on the Hub")
    return f"facebook/{name}"
