"""Writes docs/reference/*.md from the code: the command line, variables, relations, macros, checks, targets.

`python docs/build_reference.py` writes the pages. With `--check` it writes nothing, and exits 1 with the names of the
pages that are not current.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import typer
import yaml
from measuremart import cli
from measuremart.rule_pages import checks_manual, errors_manual
from targets_page import targets_page

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "reference"
HEADER = "<!-- Written by docs/build_reference.py from the code. Do not edit: run it again. -->\n\n"


def main() -> None:
    """Write the pages, or say which are not current."""
    pages = {"cli.md": _cli(), "variables.md": _variables(), "relations.md": _relations(), "macros.md": _macros()}
    pages["checks.md"] = checks_manual()
    pages["errors.md"] = errors_manual()
    pages["targets.md"] = targets_page(ROOT / "definitions")
    stale = [name for name, text in pages.items() if _on_disk(name) != HEADER + text]
    if "--check" in sys.argv[1:]:
        if stale:
            sys.exit(f"not current: {', '.join(stale)}; run python docs/build_reference.py")
        return
    for name in stale:
        (FOLDER / name).write_text(HEADER + pages[name], encoding="utf-8")
        print(f"wrote docs/reference/{name}")


def _on_disk(name: str) -> str | None:
    path = FOLDER / name
    return path.read_text(encoding="utf-8") if path.exists() else None


def _table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "".join("| " + " | ".join(_cell(c) for c in line) + " |\n" for line in lines) + "\n"


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


# --- the command line


def _cli() -> str:
    group: Any = typer.main.get_command(cli.app)
    text = "# Command line\n\n" + group.help.strip() + "\n\n"
    commands = dict(_commands(group, ""))
    text += _table(["command", "what it does"], ((f"`{n}`", _first_line(c.help)) for n, c in commands.items()))
    text += "`measuremart --version` prints the version, `measuremart COMMAND --help` the options.\n\n"
    for name, command in commands.items():
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        options = [p for p in command.params if p.param_type_name == "option" and p.name != "help"]
        words = [p.name.upper() if p.required else f"[{p.name.upper()}]" for p in arguments]
        text += f"## measuremart {name}\n\n{command.help.strip()}\n\n"
        text += f"    measuremart {' '.join([name, *words, '[OPTIONS]'])}\n\n"
        rows = [(f"`{p.name.upper()}`", p.help or "", "") for p in arguments]
        rows += [(f"`{', '.join(p.opts)}`", p.help or "", _default(p)) for p in options]
        text += _table(["argument or option", "meaning", "default"], rows)
    return text + _exit_codes()


def _commands(group: Any, above: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{above}{name} ")
        else:
            yield f"{above}{name}", command


def _first_line(text: str) -> str:
    return text.strip().split("\n")[0]


def _default(parameter: Any) -> str:
    value = parameter.default
    return "" if value is None or value is False else f"`{value}`"


def _exit_codes() -> str:
    said = " ".join((cli.__doc__ or "").split()).split("Exit codes: ")[1].rstrip(".")
    rows = [part.strip().split(" ", 1) for part in said.split(";")]
    text = "## Exit codes\n\n" + _table(["code", "meaning"], rows)
    return text + "Where a run finds problems of several classes, the code is the lowest of them.\n"


# --- the variables of dbt_project.yml, whose comments say what they are for


def _variables() -> str:
    text = "# dbt variables\n\nSet them in `dbt_project.yml`, or for one run: `dbt build --vars '{packs: []}'`.\n\n"
    rows = [(f"`{name}`", f"`{default}`" if default else "a list", said) for name, default, said in _variable_lines()]
    return text + _table(["variable", "default", "meaning"], rows) + _environment()


def _variable_lines() -> Iterator[tuple[str, str, str]]:
    lines = (ROOT / "dbt_project.yml").read_text(encoding="utf-8").split("\nvars:\n")[1].split("\n")
    remark, before = "", ""
    for line in lines:
        if line and not line.startswith(" "):
            return
        comment = re.match(r"  #(\s*)(.*)", line)
        found = re.match(r"  (\w+):\s*(.*?)(?:\s+#\s*(.*))?$", line)
        if comment and len(comment[1]) > 1:  # one choice of several, with its meaning
            choice, meaning = comment[2].split(None, 1)
            remark += f" `{choice}` = {meaning};"
        elif comment:
            remark = f"{remark} {comment[2]}".strip()
        elif found:
            yield found[1], found[2], found[3] or remark.rstrip(";") or f"see `{before}`"
            remark, before = "", found[1]
        else:
            remark = ""


def _environment() -> str:
    said = (ROOT / "profiles.example.yml").read_text(encoding="utf-8")
    found = dict(re.findall(r"env_var\('(\w+)'(?:, '([^']*)')?\)", said))
    text = "## Environment variables of profiles.example.yml\n\n"
    return text + _table(["variable", "default"], ((f"`{n}`", f"`{d}`" if d else "") for n, d in found.items()))


# --- relations

_BY_HAND = {
    "Staging: one view per OMOP table": "models/core/staging/omop/_staging.yml",
    "Files: what CSV files hold, and their unreadable lines": "models/core/files/_files.yml",
    "Episodes": "models/core/episodes/_episodes.yml",
    "Concepts: what concept sets resolve to, for targets by hand": "models/core/concepts/_concepts.yml",
    "Targets: what rules are applied to": "models/core/targets/_targets.yml",
    "Targets of oncology, and what they are made from": "models/core/targets/oncology/_oncology.yml",
    "Reference: the clock and the periods": "models/core/periods/_periods.yml",
    "Reference: kinds of episodes and of links": "seeds/reference/_reference.yml",
    "Epilepsy12: one view per table of the audit": "models/core/staging/epilepsy12/_staging.yml",
    "Epilepsy12: children and registrations": "models/core/episodes/epilepsy12/_episodes.yml",
    "Epilepsy12: targets, levels and attribution": "models/core/targets/epilepsy12/_targets.yml",
    "Epilepsy12: exports": "models/marts/exports/epilepsy12/_exports.yml",
    "Consent: who is left out": "models/core/staging/consent/_consent.yml",
    "Marts: results of reports": "models/marts/_marts.yml",
    "Marts: what facts are about": "models/marts/_dimensions.yml",
    "Marts: members, attrition, freshness": "models/marts/_facts.yml",
    "Levels: organisations and what they belong to": "models/evaluation/levels/_levels.yml",
    "Levels of OMOP": "models/core/levels/omop/_omop_levels.yml",
    "Marts: results by level": "models/marts/_levels.yml",
    "Results: OMOP's cohort tables": "models/marts/results/_results.yml",
    "Evaluation: findings on the vocabulary": "models/evaluation/vocabulary/_vocabulary.yml",
    "Evaluation: statuses, reasons and dates": "models/evaluation/_evaluation.yml",
    "Catalogue: what is defined, as data": "seeds/generated/_generated.yml",
}
_GENERATED = (
    ("known_pack", "reference", "all packs, and which of them are built: a table"),
    ("concept_set__*", "concept_sets", "the concepts of a concept set, exclusions taken out"),
    (
        "match__*",
        "matches",
        "the rows of a target that meet a rule of a subquery, once a rule, with event, interval, number, and why a row "
        "is no member; `match__<measure>__1`, `2` .. are the subqueries that a measure has in place",
    ),
    (
        "recorded__*",
        "matches",
        "rows of the concepts of a numerator's subquery that failed another condition, with the number and how far it "
        "is off: reasons read them",
    ),
    ("subquery__*", "subqueries", "the members of a subquery, a bag: a view of its match"),
    ("measure__*", "measures", "the members of a measure: a set"),
    ("cohort__*", "cohorts", "the members of a cohort, the union of its sub-cohorts"),
    ("indicator__*", "indicators", "keys in both denominator and numerator, free of any report"),
    ("report__*__counted", "reports", "the cohort keys that enter aggregates, where the report has `counted`"),
    (
        "evidence__*__*",
        "reports",
        "the opportunities of each cohort key, the numerator dates against them, flags",
    ),
    ("report_cohort_keys", "reports", "the cohort keys of all reports, for the marts: a view"),
    ("subquery_members", "subqueries", "the members of all subqueries, for the test of their shape: a view"),
    ("measure_members", "measures", "the members of all measures, for the marts: a view"),
    ("population_*", "populations", "the persons and the episodes of all populations, for the marts: views"),
    ("report_counted_keys", "reports", "the cohort keys of all reports that enter aggregates: a view"),
    ("indicator_members", "indicators", "the members of all indicators, for the marts: a view"),
    ("indicator_evidence", "reports", "the evidence of all indicators of all reports, for the evaluation: a view"),
    (
        "indicator_recorded",
        "reports",
        "what is recorded of all numerators and does not count, for the evaluation: a view",
    ),
    (
        "matched_rows__*",
        "subqueries",
        "one row per match of a pack and reason: how many of its rows are members, how many dropped",
    ),
    ("matched_rows", "subqueries", "the same of all packs, for the marts"),
)
_DATASET = """`report__<name>` is the cohort of a report. `report__<name>__dataset` has one row per cohort key: its ids,
`cohort_date`, `<sub-cohort>__cohort_date`, and per measure `<measure>__qualified`, `<measure>__date` and, for a
subquery over a target with a number, `<measure>__number`.

"""


def _relations() -> str:
    text = "# Relations\n\nA layer is a schema: `marts.agg_indicator` on DuckDB; elsewhere the schema of the profile "
    text += "comes first, as in `measuremart_marts.agg_indicator`.\n\n## Generated\n\n"
    text += _table(["relation", "schema", "what it holds"], ((f"`{n}`", f"`{s}`", d) for n, s, d in _GENERATED))
    text += _DATASET + "Every table of members has the same four columns. Here they are at the grain of episodes:\n\n"
    text += _columns(_report("")) + "Evidence of an indicator in a report:\n\n" + _columns(_evidence())
    for title, path in _BY_HAND.items():
        text += f"## {title}\n\n"
        body = _yaml(ROOT / path)
        for relation in body.get("models") or body["seeds"]:
            text += f"### {relation['name']}\n\n"
            if relation.get("description"):
                text += " ".join(relation["description"].split()) + "\n\n"
            text += _columns(relation)
    return text.rstrip("\n") + "\n"


def _evidence() -> Any:
    folder = ROOT / "models" / "generated" / "lung" / "reports"
    return _yaml(folder / "evidence__lung_mdt__treatment_near_death.yml")["models"][0]


def _report(kind: str) -> Any:
    return _yaml(ROOT / "models" / "generated" / "lung" / "reports" / f"report__lung_mdt{kind}.yml")["models"][0]


def _columns(relation: dict[str, Any]) -> str:
    types = (relation.get("config") or {}).get("column_types") or {}
    rows = [
        (f"`{c['name']}`", _type(c.get("data_type") or types.get(c["name"], "")), c.get("description", ""))
        for c in relation.get("columns", [])
    ]
    return _table(["column", "type", "meaning"], rows)


def _type(kind: str) -> str:
    return "text" if "{{" in kind else kind


# --- macros


def _macros() -> str:
    text = "# Macros\n\nGenerated SQL uses the scalar macros and `ref()`, nothing else of Jinja.\n\n"
    for title, path in {
        "Scalars: what engines spell differently": "macros/scalar/_scalar.yml",
        "Staging: where a source column comes from": "macros/omop/_omop.yml",
        "Source: what must be so before staging reads it": "macros/source/_source.yml",
        "Files: how a CSV file becomes rows": "macros/files/_files.yml",
        "Checks: what tests ask of a source": "macros/checks/_checks.yml",
        "Epilepsy12: columns and exports of the audit": "macros/epilepsy12/_epilepsy12.yml",
        "Operations: what the command line runs": "macros/export/_export.yml",
        "Doctor: what `measuremart doctor` runs": "macros/doctor/_doctor.yml",
        "Consent: which opt-outs hold": "macros/consent/_consent_macros.yml",
    }.items():
        text += f"## {title}\n\n"
        rows = []
        for macro in _yaml(ROOT / path)["macros"]:
            words = ", ".join(a["name"] for a in macro.get("arguments", []))
            rows.append((f"`{macro['name']}({words})`", macro.get("description", "")))
        text += _table(["macro", "what it gives"], rows)
    return text.rstrip("\n") + "\n"


if __name__ == "__main__":
    main()
