"""`python -m benchmarks.synthetic_omop`: write invented OMOP tables to a folder, or check the committed ones."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.synthetic_omop.build import build
from benchmarks.synthetic_omop.write import CsvFolder, ParquetFolder

# This seed shows every status and every limit of the lung pack among 200 persons: tests/engines/test_hand_report.py.
DEMO_PERSONS, DEMO_SEED, DEMO_PREFIX = 200, 14, "demo__"
DEMO_FOLDER = Path(__file__).resolve().parents[2] / "seeds" / "demo"


def write(persons: int, seed: int, folder: Path, form: str, prefix: str = "", *, quiet: bool = False) -> None:
    """Write all tables; says on stderr how far it is."""
    out = ParquetFolder(folder) if form == "parquet" else CsvFolder(folder, prefix)
    began, rows = time.monotonic(), 0
    for done, tables in build(persons, seed):
        out.write(tables)
        rows += sum(len(next(iter(columns.values()))) for columns in tables.values())
        if not quiet:
            spent = time.monotonic() - began
            print(
                f"\r{done:,} of {persons:,} persons, {rows:,} rows, {spent:.0f} s", end="", file=sys.stderr, flush=True
            )
    out.close()
    if not quiet:
        print(file=sys.stderr)


def write_demo(folder: Path) -> None:
    """Write the demo's seeds."""
    write(DEMO_PERSONS, DEMO_SEED, folder, "csv", DEMO_PREFIX, quiet=True)


def stale(folder: Path = DEMO_FOLDER) -> list[str]:
    """Names of the committed seeds that differ from what the code makes today."""
    with tempfile.TemporaryDirectory() as fresh:
        write_demo(Path(fresh))
        made = sorted(Path(fresh).iterdir())
        return [
            f.name for f in made if not (folder / f.name).exists() or (folder / f.name).read_bytes() != f.read_bytes()
        ]


def main() -> int:
    """Parse the arguments; 1 if a check fails."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.synthetic_omop", description=__doc__)
    parser.add_argument("--persons", type=int, default=DEMO_PERSONS)
    parser.add_argument("--seed", type=int, default=DEMO_SEED)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--format", choices=("parquet", "csv"), default="parquet")
    parser.add_argument("--demo", action="store_true", help="write the seeds of the demo")
    parser.add_argument("--check", action="store_true", help="compare the committed seeds with what is made now")
    given = parser.parse_args()
    if given.check:
        different = stale()
        for name in different:
            print(f"seeds/demo/{name} differs; run: python -m benchmarks.synthetic_omop --demo")
        return 1 if different else 0
    if given.demo:
        write_demo(DEMO_FOLDER)
    elif given.out is None:
        parser.error("--out FOLDER, --demo or --check is needed")
    else:
        write(given.persons, given.seed, given.out, given.format)
    return 0


if __name__ == "__main__":
    sys.exit(main())
