"""Problems as other programs read them: JSON, annotations of GitHub, SARIF 2.1.0."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from measuremart import __version__
from measuremart.checks.rules import Rule, rule_of
from measuremart.problems import Kind, Problem

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def problem_data(problems: Iterable[Problem], folder: Path) -> list[dict[str, Any]]:
    """Return problems as plain data: where, how grave, which rule, what, and the remedy."""
    return [
        {
            "file": shown_file(problem, folder),
            "line": problem.position.line,
            "column": problem.position.column,
            "level": _level(problem),
            "rule": rule_of(problem).id,
            "message": problem.message,
            "fix": rule_of(problem).parts["Fix"],
        }
        for problem in problems
    ]


def github_lines(problems: Iterable[Problem], folder: Path) -> list[str]:
    """Return problems as workflow commands, which GitHub shows beside the lines of a pull request."""
    return [
        f"::{_level(p)} file={_property(shown_file(p, folder))},line={p.position.line},col={p.position.column},"
        f"title={_property(rule_of(p).id)}::{_escaped(p.message)}"
        for p in problems
    ]


def sarif(problems: Sequence[Problem], folder: Path) -> dict[str, Any]:
    """Return problems as a SARIF log of one run, with the rules that they break."""
    broken = sorted({rule_of(p).id: rule_of(p) for p in problems}.values(), key=lambda rule: rule.id)
    numbers = {rule.id: number for number, rule in enumerate(broken)}
    driver = {"name": "measuremart", "semanticVersion": __version__, "rules": [_sarif_rule(rule) for rule in broken]}
    results = [
        {
            "ruleId": rule_of(p).id,
            "ruleIndex": numbers[rule_of(p).id],
            "level": _level(p),
            "message": {"text": p.message},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": quote(shown_file(p, folder))},
                        "region": {"startLine": p.position.line, "startColumn": p.position.column},
                    }
                }
            ],
        }
        for p in problems
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def shown_file(problem: Problem, folder: Path) -> str:
    """Return the file of a problem as it is found from the working directory, as its message names it elsewhere."""
    path = folder.parent / problem.position.file
    found = os.path.relpath(path)
    return Path(found).as_posix() if path.exists() and not found.startswith("..") else problem.position.file


def _sarif_rule(rule: Rule) -> dict[str, Any]:
    said = [f"**{label}:** {text}" for label, text in rule.parts.items()]
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.parts["Why"]},
        "help": {"text": rule.parts["Fix"], "markdown": "\n\n".join(said)},
    }


def _level(problem: Problem) -> str:
    return "warning" if problem.kind is Kind.WARNING else "error"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
