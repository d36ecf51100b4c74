import pathlib


def converted_checkpoint(path):
    """The folder that `python -m codemod convert` makes of a fair-esm .pt file, beside it."""
    folder = pathlib.Path(path).with_suffix("")
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is not there yet: python -m codemod convert {path} {folder}")
    return folder
