"""The golden files: what the definitions beside this file render to.

After a change of the generator that is meant, `python -m tests.golden.update` rewrites them;
read the diff before you commit it.
"""

import shutil
from pathlib import Path

from measuremart.pipeline import Read, read_definitions
from measuremart.problems import Kind
from measuremart.render.project import render

HERE = Path(__file__).resolve().parent
EXPECTED = HERE / "expected"


def read() -> Read:
    """The golden definitions, which have no errors."""
    found = read_definitions(HERE / "definitions")
    errors = [str(problem) for problem in found.problems if problem.kind is not Kind.WARNING]
    assert not errors, "\n".join(errors)
    return found


def rendered() -> dict[str, str]:
    """What the generator makes of them now, by path."""
    return render(read().plan)


def expected() -> dict[str, str]:
    """What it made when somebody last looked, by path; bytes as they are, line ends too."""
    files = (path for path in sorted(EXPECTED.rglob("*")) if path.is_file())
    return {path.relative_to(EXPECTED).as_posix(): path.read_bytes().decode("utf-8") for path in files}


def main() -> None:
    old, new = expected() if EXPECTED.exists() else {}, rendered()
    shutil.rmtree(EXPECTED, ignore_errors=True)
    for path, text in new.items():
        file = EXPECTED / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8"))
    differing = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
    print("\n".join(differing) or "nothing changed")


if __name__ == "__main__":
    main()
