"""Specifiers of pip, poetry and conda, and what a target makes of a declared transformers."""

from __future__ import annotations

from typing import Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemod.manifests.conda import conda_write
from codemod.manifests.needs import Need, Needs, guarantees, needs_of
from codemod.manifests.versions import allows, from_conda, from_pep440, from_poetry

RELEASES = ["1.13.1", "2.5.0", "4.30.0", "4.36.2", "4.55.4", "4.56.0", "4.57.6", "5.0.0", "5.2.0", "5.3.0", "5.23.0"]
WRONG_MASK = ["4.56.0", "4.57.6", "5.0.0", "5.2.0"]


def need(to: str, name: str) -> Need:
    return next(need for need in needs_of(to).parsed() if need.name == name)


def mended(to: str, declared: str) -> Optional[str]:
    repair = need(to, "transformers").repair(declared)
    return repair and (f"{declared},{repair.spec}" if repair.append else repair.spec)


@given(
    st.lists(
        st.builds(
            "{}{}".format,
            st.sampled_from(["==", "!=", "<=", ">=", "<", ">", "~="]),
            st.sampled_from(["4.30", "4.56.0", "4.57.6", "5.0", "5.2", "5.3.0", "2.5.0"]),
        )
        | st.builds("{}{}.*".format, st.sampled_from(["==", "!="]), st.sampled_from(["4", "4.57", "5.0.0"])),
        max_size=4,
    ),
    st.sampled_from(RELEASES),
)
def test_a_specifier_means_what_packaging_says(parts: list[str], version: str) -> None:
    specifiers = pytest.importorskip("packaging.specifiers")
    text = ",".join(parts)
    assert allows(text, version) == specifiers.SpecifierSet(text).contains(version)


def test_a_local_label_and_a_pre_release_count_as_their_release() -> None:
    assert allows("==2.5.0+cu121", "2.5.0")
    assert allows(">=2.5", "2.5.0a0+git")


@pytest.mark.parametrize("text", ["4.30", "=>4.30", "latest", ">=x"])
def test_what_is_no_specifier_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="not a version"):
        allows(text, "4.30.0")


@pytest.mark.parametrize(
    ("poetry", "expected"),
    [
        ("^4.26.1", ">=4.26.1,<5"),
        ("^0.4.0", ">=0.4.0,<0.5"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0", ">=0,<1"),
        ("~4.26", ">=4.26,<4.27"),
        ("~4", ">=4,<5"),
        ("4.45.2", "==4.45.2"),
        ("4.45.*", "==4.45.*"),
        ("~=4.45.0", "~=4.45.0"),
        (">=4.19,<5", ">=4.19,<5"),
        (">=4.19 <5", ">=4.19,<5"),
        ("*", ""),
        ("^4.26 || ^5.3", None),
    ],
)
def test_poetry_constraints(poetry: str, expected: Optional[str]) -> None:
    assert from_poetry(poetry) == expected


@pytest.mark.parametrize(
    ("conda", "expected"),
    [
        ("=4.57", "==4.57.*"),
        ("=4.57.*", "==4.57.*"),
        ("==4.57.1", "==4.57.1"),
        ("=2.7.1=*cuda129*", "==2.7.1.*"),
        ("4.57.1 pyhd8ed1ab_0", "==4.57.1"),
        (">=4.40,<5", ">=4.40,<5"),
        ("~=2.5.0", "~=2.5.0"),
        ("*", ""),
        ("", ""),
        ("4.45|4.46", None),
    ],
)
def test_conda_versions(conda: str, expected: Optional[str]) -> None:
    assert from_conda(conda) == expected


def test_what_pip_would_refuse_is_not_understood() -> None:
    assert from_pep440("latest") is None


@pytest.mark.parametrize(
    "declared",
    [
        "==4.30.0",
        "==4.55.4",
        "<4.56",
        ">=4.20,<4.50",
        "==4.45.*",
        ">=5.3",
        "==5.23.0",
        "~=5.4",
        "==9.9",
        ">=4.30,<4.36",
    ],
)
def test_hf_leaves_what_is_right_about_masks(declared: str) -> None:
    assert mended("hf", declared) is None


@pytest.mark.parametrize(
    "declared", ["", "==4.57.6", "~=4.56.0", ">=4.30", ">=4.40,<5", "<5.2", ">4.36", "==4.*", "==5.*", "!=4.57.1"]
)
def test_hf_mends_what_admits_a_release_wrong_about_masks(declared: str) -> None:
    after = mended("hf", declared)
    assert after is not None
    assert not any(allows(after, version) for version in WRONG_MASK)
    assert any(allows(after, version) for version in ("4.36.2", "4.55.4", "5.3.0"))
    assert mended("hf", after) is None


@pytest.mark.parametrize("declared", ["==4.36.2", "==4.57.6", "==5.2.0", ">=5.3", "~=4.45.0"])
def test_fastesm2_leaves_what_runs_its_code(declared: str) -> None:
    assert mended("fastesm2", declared) is None


@pytest.mark.parametrize("declared", ["", "==4.30.0", "<4.36", "==5.0.0", "==5.1.0", "~=5.0", ">=4.30", "==3.5.1"])
def test_fastesm2_mends_what_fails_or_loads_random_weights(declared: str) -> None:
    after = mended("fastesm2", declared)
    assert after is not None
    assert not any(allows(after, version) for version in ("4.30.0", "4.35.2", "5.0.0", "5.1.0"))
    assert mended("fastesm2", after) is None


@pytest.mark.parametrize(
    ("torch", "newest", "too_new"),
    [
        ("==1.13.1+cu117", "4.47.1", "4.48.0"),
        ("<2.1", "4.51.3", "4.52.0"),
        ("==2.3.0", "4.55.4", "5.3.0"),
        ("==2.4.1", "5.14.0", "5.15.0"),
        ("==2.5.1", "5.19.0", "5.20.0"),
    ],
)
def test_no_transformers_is_written_that_is_too_new_for_its_torch(torch: str, newest: str, too_new: str) -> None:
    written = need("hf", "transformers").beside(torch).write
    assert allows(written, newest)
    assert not allows(written, too_new)


@pytest.mark.parametrize("torch", ["", ">=2", "==2.6.0", ">=1.13"])
def test_a_torch_that_is_new_or_open_sets_no_ceiling(torch: str) -> None:
    assert need("hf", "transformers").beside(torch) == need("hf", "transformers")


def test_stock_weights_without_remote_code_need_what_hf_needs() -> None:
    assert needs_of("fastesm2", remote_code=False) == needs_of("hf")


def test_the_stub_needs_nothing_even_without_remote_code() -> None:
    assert needs_of("stub", remote_code=False) == Needs("stub")


def test_what_a_declaration_guarantees() -> None:
    assert guarantees("transformers", ">=4.36", ">=4.36")
    assert guarantees("transformers", "==4.45.2", ">=4.36")
    assert not guarantees("transformers", "", ">=4.36")
    assert not guarantees("transformers", "==4.30.0", ">=4.36")
    assert guarantees("fair-esm", "==1.0.3", "<2.0")
    assert not guarantees("fair-esm", ">=0.4", "<2.0")
    assert not guarantees("transformers", "==99", ">=4.36"), "an unknown release guarantees nothing"


@pytest.mark.parametrize("to", ["hf", "fastesm2"])
@pytest.mark.parametrize("torch", ["", "==1.13.1", "==2.5.1"])
def test_what_is_written_for_conda_is_a_strict_match_spec(to: str, torch: str) -> None:
    rattler = pytest.importorskip("rattler")
    for wanted in needs_of(to).parsed():
        text = conda_write(wanted.name, wanted.beside(torch).write)
        assert rattler.MatchSpec(text, strict=True).name.normalized == wanted.name.replace("torch", "pytorch")
