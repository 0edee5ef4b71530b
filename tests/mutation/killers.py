"""What notices a wrong renderer: run against whatever `measuremart` is first on the path; exits 1 and names the test."""

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lab import DuckDbEngine, prepare
from lab.direct import DirectBench
from spec.reading import spec_files


def failing_examples() -> Iterator[str]:
    """Yield the examples of the specification that DuckDB no longer answers as written."""
    bench = DirectBench(DuckDbEngine())
    for file in spec_files():
        for scene in file.scenes:
            try:
                members = bench.members(prepare(scene.case()))
            except Exception as error:  # the database refuses the SQL: noticed as well
                yield f"spec {scene.file} {scene.name}: {type(error).__name__}"
                continue
            for example in scene.examples:
                if members[example.relation] != example.expected():
                    yield f"spec {scene.file} {scene.name} {example.name}"


def main() -> int:
    """Print the first test that fails; 0 where none does."""
    for name in failing_examples():
        print(name)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
