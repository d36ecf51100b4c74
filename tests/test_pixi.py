"""pixi.toml: valid for pixi, exact, and free of the contradictions that the plan's pins had."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from packaging.specifiers import SpecifierSet
from rattler import MatchSpec

from validation.environment import release
from validation.releases import REFUSED, REMOTE, verdicts
from validation.snapshot import DEFAULT_REVISION

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT.parent / "shared" / "pixi-schema.json"
MANIFEST: dict[str, Any] = tomllib.loads((ROOT / "pixi.toml").read_text(encoding="utf-8"))
ENVIRONMENTS = ("default", "seed", "current")
EXACT = re.compile(r"==\d+(\.\d+)*")

#: What each pinned release asks of Python, from its metadata (conda-forge's where it is taken from there: its build of
#: einops 0.8.2 needs 3.10 though PyPI's does not). A new pin needs a line here.
PYTHON = {
    "pytorch 2.5.1": ">=3.9", "pytorch 2.7.1": ">=3.9", "torch 2.13.0": ">=3.10",
    "transformers 4.45.2": ">=3.8", "transformers 5.23.0": ">=3.11", "tokenizers 0.20.3": ">=3.7",
    "tokenizers 0.23.3": ">=3.10", "huggingface-hub 0.36.2": ">=3.8", "huggingface-hub 2.4.0": ">=3.10",
    "safetensors 0.6.2": ">=3.9", "safetensors 0.8.0": ">=3.10", "einops 0.8.1": ">=3.8", "einops 0.8.2": ">=3.9",
    "networkx 3.2.1": ">=3.9", "networkx 3.7": ">=3.12,!=3.14.1", "numpy 1.26.4": ">=3.9", "numpy 2.5.5": ">=3.12",
    "scipy 1.13.1": ">=3.9", "scipy 1.18.1": ">=3.12", "scikit-learn 1.6.1": ">=3.9", "scikit-learn 1.9.1": ">=3.11",
    "matplotlib 3.9.4": ">=3.9", "matplotlib 3.11.2": ">=3.11", "biopython 1.85": ">=3.9", "biopython 1.88": ">=3.10",
    "pandas 2.3.1": ">=3.9", "tqdm 4.67.1": ">=3.7", "tqdm 4.70.1": ">=3.8", "packaging 25.0": ">=3.8",
    "tomli 2.2.1": ">=3.8", "libcst 1.9.0": ">=3.9", "rich 15.0.0": ">=3.9",
}
#: What transformers asks of the packages it is built on, from its metadata.
ASKS = {
    "4.45.2": {"tokenizers": ">=0.20,<0.21", "huggingface-hub": ">=0.23.2,<1.0", "safetensors": ">=0.4.1"},
    "5.23.0": {"tokenizers": ">=0.23.1,<0.24", "huggingface-hub": ">=1.31,<3.0", "safetensors": ">=0.8.0"},
}


def feature(environment: str) -> dict[str, Any]:
    return MANIFEST if environment == "default" else MANIFEST["feature"][environment]


def pins(environment: str) -> dict[str, str]:
    """Package -> version, from conda and PyPI, under PyPI's spelling."""
    own = feature(environment)
    specs = {**own["dependencies"], **own["pypi-dependencies"]}
    return {name.replace("_", "-"): version_of(spec).lstrip("=") for name, spec in specs.items()}


def version_of(spec: Any) -> str:
    return str(spec["version"] if isinstance(spec, dict) else spec)


@pytest.mark.skipif(not SCHEMA.exists(), reason="pixi's schema lies beside the checkout in the workshop only")
def test_pixi_knows_every_word() -> None:
    jsonschema.validate(MANIFEST, json.loads(SCHEMA.read_text(encoding="utf-8")))


@pytest.mark.skipif(not SCHEMA.exists(), reason="pixi's schema lies beside the checkout in the workshop only")
def test_the_schema_would_catch_a_typing_error() -> None:
    wrong = {**MANIFEST, "dependancies": {}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, json.loads(SCHEMA.read_text(encoding="utf-8")))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_conda_pin_is_a_match_spec(environment: str) -> None:
    for name, spec in feature(environment)["dependencies"].items():
        build = spec.get("build") if isinstance(spec, dict) else None
        text = f"{name} {version_of(spec)} {build}" if build else f"{name} {spec}"
        assert MatchSpec(text, strict=True).name is not None


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_pin_is_exact(environment: str) -> None:
    own = feature(environment)
    for name, spec in {**own["dependencies"], **own["pypi-dependencies"]}.items():
        assert EXACT.fullmatch(version_of(spec)), name


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_pin_runs_on_the_python_beside_it(environment: str) -> None:
    found = pins(environment)
    python = found.pop("python")
    for name, version in found.items():
        assert python in SpecifierSet(PYTHON[f"{name} {version}"]), f"{name} {version}"


def test_the_plans_own_networkx_would_be_caught() -> None:
    assert pins("seed")["python"] not in SpecifierSet(">=3.11")  # networkx 3.6.1


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_transformers_gets_what_it_asks_for(environment: str) -> None:
    found = pins(environment)
    for name, wanted in ASKS[found["transformers"]].items():
        assert found[name] in SpecifierSet(wanted), name


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_environment_has_a_release_that_env_03_refuses(environment: str) -> None:
    version = pins(environment)["transformers"]
    assert REFUSED not in {item.verdict for item in verdicts(version, REMOTE, DEFAULT_REVISION)}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_torch_has_sdpa_and_pixi_is_told_of_cuda(environment: str) -> None:
    found = pins(environment)
    assert release(found.get("pytorch") or found["torch"]) >= (2, 5)
    assert feature(environment)["system-requirements"] == {"cuda": "12"}


def test_the_default_environment_has_code_for_gb10() -> None:
    assert MANIFEST["dependencies"]["pytorch"] == {"version": "==2.7.1", "build": "*cuda129*"}
    assert "linux-aarch64" in MANIFEST["workspace"]["platforms"]


def test_fair_esm_is_in_no_environment() -> None:
    assert not {"fair-esm", "esm"} & {name for environment in ENVIRONMENTS for name in pins(environment)}


def test_every_environment_has_the_tasks() -> None:
    assert all("tools" in one["features"] for one in MANIFEST["environments"].values())
    assert MANIFEST["feature"]["tools"]["tasks"]["validate"]["cmd"] == "python -m validation"


def test_the_revision_fetched_ahead_is_the_one_validated() -> None:
    assert DEFAULT_REVISION in MANIFEST["feature"]["tools"]["tasks"]["fetch"]["cmd"]
