import pathlib
import shlex


def converted_checkpoint(path):
    """The folder that `python -m codemod convert` makes of a fair-esm .pt file, beside it."""
    folder = pathlib.Path(path).with_suffix("")
    if not folder.is_dir():
        command = shlex.join(["python", "-m", "codemod", "convert", str(path), str(folder)])
        raise FileNotFoundError(f"{folder} is not there yet: {command}")
    return folder
