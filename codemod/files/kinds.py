"""Which files and folders concern us, by their names alone."""

from __future__ import annotations

from typing import Optional

#: Python, notebooks, and what may name a dependency or show a command to a reader.
SUFFIXES = frozenset(
    ["py", "pyi", "pyw", "pyx", "ipynb", "md", "markdown", "mdx", "rst", "txt", "in", "qmd", "rmd", "r", "jl",
     "yml", "yaml", "toml", "cfg", "ini", "config", "conf", "json", "lock", "dockerfile", "def", "nix",
     "sh", "bash", "zsh", "ksh", "csh", "tcsh", "fish", "bat", "cmd", "ps1", "mk", "just", "j2", "template",
     "slurm", "sbatch", "pbs", "lsf", "sge", "qsub", "smk", "nf", "wdl", "cwl"]
)  # fmt: skip
#: Whole names and their beginnings, in small letters: `makefile` and `Makefile` are one thing to make.
NAMES = frozenset(
    ["makefile", "gnumakefile", "pipfile", ".gitmodules", "snakefile", "jenkinsfile", "justfile", ".justfile", ".envrc",
     "containerfile", "postbuild", "earthfile", "readme", "install"]
)  # fmt: skip
PREFIXES = ("dockerfile", "singularity", "apptainer", "snakefile.", "setup.")

#: Other people's code, tracked or not.
FOREIGN = {
    "site-packages": "installed packages",
    "dist-packages": "installed packages",
    "node_modules": "installed packages",
    "_vendor": "vendored packages",
    "vendor": "vendored packages",
    "vendored": "vendored packages",
}
#: A file or folder that only the root of an environment has.
ENVIRONMENTS = {"pyvenv.cfg": "virtual environment", "conda-meta": "conda environment"}
#: Outside git nobody says what is generated.
GENERATED = ("__pycache__", ".egg-info", ".dist-info")
#: As above; but a folder of this name that is a package is source.
OUTPUTS = frozenset(("build", "dist", "_build"))
#: Hidden folders in which projects keep files that people write.
SHOWN = frozenset((".github", ".gitlab", ".circleci", ".devcontainer", ".binder", ".ci"))


def enters(name: str) -> bool:
    """Whether, with no git to ask, a folder of this name may hold what people write."""
    return name in SHOWN or not (name.startswith(".") or name.endswith(GENERATED))


def matters(name: str) -> bool:
    """Whether a file of this name may use fair-esm, or say that something does."""
    name = name.lower()
    _, dot, suffix = name.rpartition(".")
    return bool(dot and suffix in SUFFIXES) or name in NAMES or name.startswith(PREFIXES)


def foreign(folder: str, names: set[str], tracked: bool) -> Optional[str]:
    """Why nobody wrote this folder here, if so; `names` are its entries, `tracked` whether git says what is ignored."""
    name = folder.rpartition("/")[2]
    reasons = [FOREIGN[name]] if name in FOREIGN else [why for mark, why in ENVIRONMENTS.items() if mark in names]
    if not tracked and name in OUTPUTS and "__init__.py" not in names:
        reasons.append("build output")
    return reasons[0] if reasons else None
