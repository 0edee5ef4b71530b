"""`python -m benchmarks.synthetic_epilepsy12`: write invented children to a folder of CSV files, or check the demo."""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import random
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.synthetic_epilepsy12.child import child
from benchmarks.synthetic_epilepsy12.tables import COLUMNS, organisations

# This seed shows every state of every score among 300 children: tests/engines/test_epilepsy12.py.
DEMO_CHILDREN, DEMO_SEED, DEMO_PREFIX, DEMO_AS_OF = 300, 1, "demo_e12__", dt.date(2026, 6, 30)
DEMO_FOLDER = Path(__file__).resolve().parents[2] / "seeds" / "epilepsy12"


def write(children: int, seed: int, folder: Path, as_of: dt.date = DEMO_AS_OF, prefix: str = "") -> None:
    """Write all tables. With a prefix they are seeds, whose medicines carry the order in which they were entered."""
    rng = random.Random(seed)
    hospitals = organisations()
    codes = [row["ods_code"] for row in hospitals]
    folder.mkdir(parents=True, exist_ok=True)
    entered = 0
    with ExitStack() as open_files:
        writers = {}
        for table, columns in COLUMNS.items():
            file = open_files.enter_context((folder / f"{prefix}{table}.csv").open("w", encoding="utf-8", newline=""))
            names = [*columns, "entry_order"] if prefix and table == "medicines" else list(columns)
            writers[table] = csv.DictWriter(file, names, lineterminator="\n")
            writers[table].writeheader()
        writers["organisations"].writerows(hospitals)
        for number in range(1, children + 1):
            for table, rows in child(rng, str(number), codes, as_of).items():
                if prefix and table == "medicines":
                    for row in rows:
                        entered += 1
                        row["entry_order"] = str(entered)
                writers[table].writerows(rows)


def stale(folder: Path = DEMO_FOLDER) -> list[str]:
    """Names of the committed seeds that differ from what the code makes today."""
    with tempfile.TemporaryDirectory() as fresh:
        write(DEMO_CHILDREN, DEMO_SEED, Path(fresh), prefix=DEMO_PREFIX)
        made = sorted(Path(fresh).iterdir())
        return [
            f.name for f in made if not (folder / f.name).exists() or (folder / f.name).read_bytes() != f.read_bytes()
        ]


def main() -> int:
    """Parse the arguments; 1 if a check fails."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.synthetic_epilepsy12", description=__doc__)
    parser.add_argument("--children", type=int, default=DEMO_CHILDREN)
    parser.add_argument("--seed", type=int, default=DEMO_SEED)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--demo", action="store_true", help="write the seeds of the demo")
    parser.add_argument("--check", action="store_true", help="compare the committed seeds with what is made now")
    given = parser.parse_args()
    if given.check:
        different = stale()
        print("\n".join(f"{name} differs" for name in different) or "the seeds are current")
        return 1 if different else 0
    if given.demo:
        write(DEMO_CHILDREN, DEMO_SEED, DEMO_FOLDER, prefix=DEMO_PREFIX)
        return 0
    if given.out is None:
        parser.error("--out, --demo or --check")
    write(given.children, given.seed, given.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
