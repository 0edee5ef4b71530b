"""The declared roles of the shipped targets are columns of their models, of the right type, and shape-tested."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from measuremart.catalogue import load
from measuremart.definitions.target import Target
from measuremart.pipeline import read_definitions
from measuremart.plan.targets import Roles
from measuremart.problems import Kind

ROOT = Path(__file__).resolve().parents[2]
TYPES = {
    "id": ("keys", "bigint"),
    "concept": ("concepts", "bigint"),
    "unit": ("concepts", "bigint"),
    "date": ("dates", "date"),
    "number": ("numbers", "numeric(38,10)"),
    "text": ("texts", "string"),
    "flag": ("flags", "boolean"),
}
CATALOGUE, _ = load(ROOT / "definitions")
TARGETS = {name: d for name, d in CATALOGUE.of("targets").items() if d.pack in ("omop", "oncology")}


def models() -> dict[str, dict[str, Any]]:
    found = {}
    for path in (ROOT / "models" / "core" / "targets").rglob("_*.yml"):
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            found[model["name"]] = model
    return found


MODELS = models()


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_every_role_is_a_column_with_its_type_and_a_shape_test(name: str) -> None:
    entry: Target = TARGETS[name].entry
    model = MODELS[entry.model]
    columns = {column["name"]: column["data_type"] for column in model["columns"]}
    [shape] = [t["target_shape"]["arguments"] for t in model["data_tests"] if "target_shape" in t]
    roles = Roles(entry)
    read = [*roles.by_name.values(), *roles.dates.values()]
    for column in read:
        words, kind = TYPES[column.kind]
        assert columns[column.name] == kind, column.name
        assert column.name in shape[words], column.name
    assert columns[entry.person] == columns[entry.event] == "bigint"
    if entry.episode:
        assert columns[entry.episode] == "bigint"
        assert entry.episode in shape["keys"]
    if entry.unattached:
        assert columns[entry.unattached] == "string"


def test_a_model_of_a_pack_is_switched_with_it() -> None:
    for path in (ROOT / "models" / "core" / "targets").glob("*/_*.yml"):
        pack = path.parent.name
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            default = f"['{pack}']" if CATALOGUE.about[pack].built == "by_default" else "[]"
            assert model["config"]["enabled"] == f"{{{{ '{pack}' in var('packs', {default}) }}}}", model["name"]


def test_a_pack_that_uses_targets_of_another_without_saying_so_is_refused(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "definitions", tmp_path / "definitions")
    ward = tmp_path / "definitions" / "ward"
    ward.mkdir()
    (ward / "ward.yml").write_text(
        "subqueries: {treated: {description: Treated., target: tx_any, rules: [{presence: treatment}]}}\n"
    )
    about = ward / "pack.yml"
    about.write_text("title: Ward\n")
    assert "pack 'ward' uses target 'tx_any' of pack 'oncology'" in errors(tmp_path)[0]
    about.write_text("title: Ward\nneeds: [oncology]\n")
    assert not errors(tmp_path)
    about.unlink()  # without the file, the needs are those that the definitions have
    assert not errors(tmp_path)
    assert read_definitions(tmp_path / "definitions").plan.packs["ward"].needs == ("oncology",)


def errors(project: Path) -> list[str]:
    problems = read_definitions(project / "definitions").problems
    return [str(problem) for problem in problems if problem.kind is not Kind.WARNING]
