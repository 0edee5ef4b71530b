"""The synthetic records: the committed seeds are what the code makes, whatever the machine."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numpy")
pq = pytest.importorskip("pyarrow.parquet")

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "seeds" / "demo"


def generate(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.synthetic_omop", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_committed_seeds_are_what_the_code_makes() -> None:
    checked = generate("--check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_seeds_stay_small() -> None:
    sizes = {file.name: file.stat().st_size for file in SEEDS.glob("demo__*.csv")}
    assert len(sizes) == 20
    assert max(sizes.values()) < 150_000
    assert sum(sizes.values()) < 1_000_000


def test_parquet_and_csv_hold_the_same_rows(tmp_path: Path) -> None:
    for form in ("csv", "parquet"):
        made = generate("--persons", "300", "--seed", "5", "--out", str(tmp_path / form), "--format", form)
        assert made.returncode == 0, made.stderr
        assert "300 of 300 persons" in made.stderr
    for file in sorted((tmp_path / "csv").iterdir()):
        table = pq.read_table(tmp_path / "parquet" / f"{file.stem}.parquet")
        lines = file.read_text().splitlines()
        assert lines[0].split(",") == table.column_names
        assert len(lines) - 1 == table.num_rows
        first = ["" if value is None else str(value) for value in table.slice(0, 1).to_pylist()[0].values()]
        numbers = [text[:-2] if text.endswith(".0") else text for text in first]
        assert lines[1].replace('"', "") == ",".join(numbers)


def test_another_seed_gives_other_rows(tmp_path: Path) -> None:
    for seed in ("1", "2"):
        generate("--persons", "50", "--seed", seed, "--out", str(tmp_path / seed), "--format", "csv")
    one, two = ((tmp_path / seed / "measurement.csv").read_bytes() for seed in ("1", "2"))
    assert one != two


def test_ids_are_unique_across_chunks() -> None:
    from benchmarks.synthetic_omop import build

    ids: dict[str, list[int]] = {}
    original, build.CHUNK = build.CHUNK, 40
    try:
        for _, tables in build.build(100, seed=3):
            for table in ("person", "episode", "measurement", "drug_exposure"):
                ids.setdefault(table, []).extend(tables.get(table, {}).get(f"{table}_id", []))
    finally:
        build.CHUNK = original
    for table, found in ids.items():
        assert sorted(found) == list(range(1, len(found) + 1)), table


def test_the_demo_has_a_person_for_every_case() -> None:
    from benchmarks.synthetic_omop.cases import BEGIN, CASES
    from benchmarks.synthetic_omop.store import day

    began = [row.split(",")[3] for row in (SEEDS / "demo__episode.csv").read_text().splitlines()[1:]]
    assert day("2024-01-10") == BEGIN
    assert began.count("2024-01-10") >= len(CASES) > 25
