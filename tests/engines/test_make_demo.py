"""`make demo`: a database for each pack, and the commands that it prints work as they are printed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from page_runs import SCREEN

ROOT = Path(__file__).resolve().parents[2]
PACK = "epilepsy12"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as a clone has it, and a virtual environment that is ready."""
    folder = tmp_path_factory.mktemp("clone") / "measuremart"
    folder.mkdir()
    for name in ("definitions", "macros", "models", "seeds", "tests/generic", "tests/singular"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "dbt_project.yml", "selectors.yml", "profiles.example.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    for name in ("definition.schema.json", "pack.schema.json"):
        shutil.copy(ROOT / name, folder / name)
    bin_folder = folder / ".venv" / "bin"
    bin_folder.mkdir(parents=True)
    for name in ("measuremart", "dbt", "python"):
        (bin_folder / name).symlink_to(Path(sys.executable).parent / name)
    (folder / ".venv" / ".ready").touch()
    return folder


def run(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    # A make below `make test` would also say which folder it enters and leaves.
    others = ("DBT_", "MEASUREMART_", "MAKE", "MFLAGS")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(others)}
    return subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def default_pack() -> str:
    packs = sorted((ROOT / "definitions").glob("*/pack.yml"))
    about = {file.parent.name: yaml.safe_load(file.read_text(encoding="utf-8")) for file in packs}
    return next(name for name, said in about.items() if said.get("built") == "by_default" and "report" in said)


def test_without_a_pack_the_demo_is_of_one_that_is_built_by_default(clone: Path) -> None:
    said = run(clone, "make --dry-run demo").stdout
    assert f"report --pack {default_pack()} --profiles-dir build/demo/{default_pack()} " in said


@pytest.mark.long
def test_the_demo_of_a_pack_duckdb(clone: Path) -> None:
    other = clone / "measuremart_demo_lung.duckdb"
    other.write_bytes(b"another pack's demo")
    done = run(clone, f"make demo PACK={PACK} 2>&1")
    assert done.returncode == 0, done.stdout[-3000:]
    assert other.read_bytes() == b"another pack's demo"
    assert sorted(path.name for path in clone.glob("*.duckdb")) == [
        f"measuremart_demo_{PACK}.duckdb",
        "measuremart_demo_lung.duckdb",
    ]
    lines = done.stdout.splitlines()
    assert len(lines) <= 2 * SCREEN  # what the build says, and a report of 21 indicators
    last = max(number for number, line in enumerate(lines) if line.startswith("next: "))
    commands = [line.removeprefix("next:").strip() for line in lines[last:-1]]
    assert [command.split()[1] for command in commands] == ["report", "report", "export", "list", "test"]
    assert lines[-1] == "or read docs/README.md"
    for command in commands:
        again = run(clone, command)
        assert again.returncode == 0, (command, again.stdout[-1000:], again.stderr[-1000:])
        assert again.stdout
    assert (clone / "marts_export" / "agg_indicator.csv").is_file()
