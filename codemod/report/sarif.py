"""A migration as SARIF 2.1.0, for code scanning: rewrites as fixes, leftovers as warnings."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from codemod import __version__
from codemod.records import FilePlan, Leftover, Migration
from codemod.report.positions import Place, places

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def to_sarif(migration: Migration) -> dict[str, Any]:
    """One run with one result for each leftover, and before `--apply` for each edit, with its fix.

    Paths are relative to `%SRCROOT%`. A notebook's result names the file alone, because lines count in the code
    cells; the message says which.
    """
    results = [result for plan in migration.files for result in _results(plan, migration.applied)]
    rules = sorted({result["ruleId"] for result in results})
    driver = {"name": "fair-esm-codemod", "version": __version__, "rules": [{"id": rule} for rule in rules]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def dumps(migration: Migration) -> str:
    """`to_sarif` as ASCII text that ends with a newline."""
    return json.dumps(to_sarif(migration), indent=2) + "\n"


def _results(plan: FilePlan, applied: bool) -> list[dict[str, Any]]:
    ready = [] if applied else [_ready(plan, place) for place in places(plan)]
    return ready + [_left(plan, leftover) for leftover in sorted(plan.leftovers)]


def _ready(plan: FilePlan, place: Place) -> dict[str, Any]:
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }
    result = _result(plan, "note", place.edit.rule, "fair-esm is used here; a rewrite is ready", region)
    if not plan.cells:
        result["fixes"] = [_fix(plan, place)]
    return result


def _left(plan: FilePlan, leftover: Leftover) -> dict[str, Any]:
    level = "error" if plan.status == "error" else "warning"
    return _result(plan, level, leftover.rule, leftover.why, {"startLine": leftover.line})


def _result(plan: FilePlan, level: str, rule: str, message: str, region: dict[str, int]) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": _artifact(plan)}
    if plan.cells:
        message = f"code line {region['startLine']}: {message}"
    else:
        place["region"] = region
    return {
        "ruleId": rule,
        "level": level,
        "message": {"text": message},
        "locations": [{"physicalLocation": place}],
    }


def _fix(plan: FilePlan, place: Place) -> dict[str, Any]:
    """The edit by offset, which says line ends exactly, where a region of lines cannot."""
    deleted = {"charOffset": place.edit.start, "charLength": place.edit.stop - place.edit.start}
    replacement = {"deletedRegion": deleted, "insertedContent": {"text": place.edit.text}}
    change = {"artifactLocation": _artifact(plan), "replacements": [replacement]}
    return {"description": {"text": f"rewrite ({place.edit.rule})"}, "artifactChanges": [change]}


def _artifact(plan: FilePlan) -> dict[str, str]:
    return {"uri": quote(plan.path.encode("utf-8", "surrogateescape")), "uriBaseId": "%SRCROOT%"}
