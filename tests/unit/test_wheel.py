"""The wheel brings the whole dbt package: each file that is written by hand is in one of its parts."""

import subprocess
from pathlib import Path

import yaml
from measuremart import __version__, runtime

ROOT = Path(__file__).resolve().parents[2]


def test_every_file_of_dbt_that_is_written_by_hand_is_in_a_part() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "models", "macros", "seeds", "tests/generic", "tests/singular", "definitions"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    by_hand = [path for path in listed if not path.startswith(("models/generated/", "seeds/generated/"))]
    assert len(by_hand) > 300
    assert [path for path in by_hand if not any(path == p or path.startswith(f"{p}/") for p in runtime.PARTS)] == []


def test_a_package_has_no_key_of_a_root_project() -> None:
    whole = (ROOT / "dbt_project.yml").read_text(encoding="utf-8")
    of_root, of_package = yaml.safe_load(whole), yaml.safe_load(runtime.of_a_package(whole))
    assert set(of_root) - set(of_package) == {"profile", "flags", "clean-targets"}
    assert {key: value for key, value in of_root.items() if key in of_package} == of_package


def test_a_package_has_the_files_of_its_packs_only() -> None:
    files = runtime.runtime_files(ROOT, ["omop", "oncology"])
    assert not [path for path in files if "epilepsy12" in path or "lung" in path]
    assert {"definitions/oncology/targets.yml", "models/core/targets/oncology/_oncology.yml"} <= set(files)
    assert "macros/generate_schema_name.sql" not in files


def test_one_version() -> None:
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))
    assert project["version"] == __version__
    assert f"\n## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
