"""Becomes `sitecustomize.py` of the user's runs: no network, no way back into the original repository.

Written for any Python from 3.8 on, with the standard library only. What happened is noted in the file named by
EQUIVALENCE_LOG, one line each: `network WHAT`, `repository PATH`, `fair-esm`, `checkpoint FILE`.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import importlib.abc
import importlib.machinery
import os
import sys

LOG = os.environ.get("EQUIVALENCE_LOG", "")
ORIGINAL = os.environ.get("EQUIVALENCE_ORIGINAL", "")
COPY = os.environ.get("EQUIVALENCE_COPY", "")
FORBIDDEN = os.environ.get("EQUIVALENCE_FORBIDDEN", "") == "1"
CHECKPOINTS = os.path.join(os.environ.get("TORCH_HOME", ""), "hub", "checkpoints") + os.sep
LOCAL = ("127.0.0.1", "localhost", "::1", "0.0.0.0", "::", "")
NOWHERE = 9  # the port that the proxy variables name


def note(kind, what=""):
    """Append one line, whichever process of the run it is."""
    try:
        log = os.open(LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError:
        return
    os.write(log, (kind + " " + " ".join(str(what).split()) + "\n").encode("utf-8", "replace"))
    os.close(log)


def refuse_network(what):
    note("network", what)
    raise OSError("no network in an equivalence run, and it was asked for: " + str(what))


def hook(event, arguments):
    """An audit hook (PEP 578): raising stops what was about to happen."""
    if event == "open":
        opened(arguments[0])
    elif event == "urllib.Request":
        if not arguments[0].startswith(("file:", "http://localhost", "http://127.0.0.1")):
            refuse_network(arguments[0])
    elif event == "socket.getaddrinfo":
        host = arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]
        if host is not None and host not in LOCAL:
            refuse_network(host)
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host, port = arguments[1][:2]
        if host not in LOCAL or port == NOWHERE:
            refuse_network("an address through a proxy" if port == NOWHERE else host)


def opened(path):
    """Note a checkpoint; refuse what lies in the repository itself, where its copy was meant."""
    if not isinstance(path, str) or path == LOG:
        return
    if path.startswith(CHECKPOINTS):
        note("checkpoint", os.path.basename(path))
    elif inside(path, ORIGINAL) and not inside(path, sys.prefix) and not inside(path, sys.base_prefix):
        note("repository", path)
        raise PermissionError("a run in the copy must not reach the original repository: " + path)


def inside(path, folder):
    return bool(folder) and (path + os.sep).startswith(folder + os.sep)


def redirected(path):
    """The same place in the copy."""
    return COPY + path[len(ORIGINAL) :] if isinstance(path, str) and inside(path, ORIGINAL) else path


def redirect():
    """A repository that is installed for development (`pip install -e`) is imported from its copy."""
    sys.path[:] = [path if inside(path, sys.prefix) else redirected(path) for path in sys.path]
    for name, module in list(sys.modules.items()):
        if name.startswith("__editable__") and isinstance(getattr(module, "MAPPING", None), dict):
            module.MAPPING.update({package: redirected(place) for package, place in module.MAPPING.items()})


class FairEsm(importlib.abc.MetaPathFinder):
    """Notes when fair-esm is imported, or refuses it where the migrated program must do without."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname == "esm" and is_fair_esm(importlib.machinery.PathFinder.find_spec(fullname, path)):
            note("fair-esm")
            if FORBIDDEN:
                raise ModuleNotFoundError("the migrated program imports fair-esm (esm)", name=fullname)


def is_fair_esm(spec):
    """EvolutionaryScale's package and local modules of the same name have no such file."""
    folders = list(spec.submodule_search_locations or ()) if spec else []
    return any(os.path.exists(os.path.join(folder, "rotary_embedding.py")) for folder in folders)


if LOG:
    redirect()
    sys.meta_path.insert(0, FairEsm())
    sys.addaudithook(hook)
