"""Where a tree keeps the journals of its applies, and whether one is half done; light enough for every preview.

In a git work tree they live in git's private folder (`.git/codemod`, or wherever a gitfile points): git never lists,
cleans, commits or ignores it, and a copy of the repository takes it along. Elsewhere it is `.codemod` in the root,
which hides itself from a later `git init`. Both are in the tree's own place, so that undo works from another shell,
user home or container; a cache folder keyed by path would not, and may be cleaned at any time.

`pending` is a journal whose work may be half done: the next run takes it back. `applied` is one whose work is whole:
`--undo` takes it back. Renaming one to the other is the commit, one atomic step.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from codemod.files import git

Self = TypeVar("Self", bound="Keeping")


@dataclass(frozen=True)
class Keeping:
    """The folder of the journals, and the folder their paths are relative to."""

    home: Path
    folder: Path

    @classmethod
    def of(cls: type[Self], root: Path) -> Self:
        root = Path(os.path.realpath(root))
        top = git.top_of(root)
        private = git.private_folder(top) if top else None
        if top and private:
            return cls(top, private / "codemod")
        return cls(root, root / ".codemod")

    @property
    def pending(self) -> Path:
        return self.folder / "pending"

    @property
    def applied(self) -> Path:
        return self.folder / "applied"


def interrupted(root: Path) -> bool:
    """Whether a run that was killed, or is still at work, left this tree half done; looks, and touches nothing."""
    return Keeping.of(root).pending.exists()
