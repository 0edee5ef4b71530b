"""sqlfluff over the files that changed since they last passed: `python tests/lint_sql.py models tests/singular`.

sqlfluff costs more processor time than most of the tests. What it says of a file follows from the file, its settings, the
macros that it loads and its version; a file that has passed with all of them the same is not read again. A clean checkout
reads every file.

For each file sqlfluff reads and compiles every macro anew, and for each rule of layout it works out anew how deep every word
stands. Here macros are loaded once, and the depths of a file are worked out once: two thirds of the time, with the
same findings.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment
from sqlfluff.cli.commands import cli
from sqlfluff.core.templaters.jinja import JinjaTemplater
from sqlfluff.utils.reflow.sequence import ReflowSequence

ROOT = Path(__file__).resolve().parents[1]
PASSED = ROOT / "build" / "sqlfluff_passed.json"


def digest(*paths: Path) -> str:
    """Return one hash of the names and contents of files."""
    found = hashlib.sha256()
    for path in paths:
        found.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return found.hexdigest()


def settings() -> str:
    """Return a hash of all that decides about a file beside the file."""
    shared = [*(ROOT / "macros").rglob("*.sql"), *(ROOT / "tests" / "sqlfluff").glob("*.py"), Path(__file__).resolve()]
    return version("sqlfluff") + digest(ROOT / ".sqlfluff", *sorted(shared))


def sql_files(folders: list[str]) -> Iterator[Path]:
    """Yield the SQL files of folders that `.sqlfluffignore` leaves in: its lines are folders from the root on."""
    lines = (ROOT / ".sqlfluffignore").read_text(encoding="utf-8").splitlines()
    ignored = tuple(line.lstrip("/") for line in lines if line and not line.startswith("#"))
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.sql")):
            if not path.relative_to(ROOT).as_posix().startswith(ignored):
                yield path


def compile_once() -> None:
    """Make Jinja keep what it compiles in this process: sqlfluff makes an equal environment for each file."""
    compile_anew = Environment.compile
    kept: dict[tuple[Any, ...], Any] = {}

    def compile_kept(self: Environment, source: Any, *given: Any, **named: Any) -> Any:
        key = (type(self), *self.extensions, source, *given, *sorted(named.items()))
        if not isinstance(source, str):
            return compile_anew(self, source, *given, **named)
        if key not in kept:
            kept[key] = compile_anew(self, source, *given, **named)
        return kept[key]

    Environment.compile = compile_kept  # type: ignore[method-assign]


def load_macros_once() -> None:
    """Keep the macros, and all else that a file may call: they follow from the one .sqlfluff that all files have."""
    load_anew = JinjaTemplater._get_env_context
    kept: dict[str, Any] = {}

    def loaded(self: JinjaTemplater, fname: str | None, config: Any, env: Environment) -> dict[str, Any]:
        if not kept:
            kept.update(load_anew(self, fname, config, env))
        return dict(kept)  # sqlfluff adds what a file lacks

    JinjaTemplater._get_env_context = loaded  # type: ignore[method-assign]


def see_layout_once() -> None:
    """Keep the sequence of words of a file, from which each rule of layout begins: linting changes no file."""
    see_anew = ReflowSequence.from_root
    kept: list[ReflowSequence] = []

    def seen(root_segment: Any, config: Any) -> ReflowSequence:
        if not kept or kept[0].root_segment is not root_segment:
            kept[:] = [see_anew(root_segment, config)]
        one = kept[0]
        return ReflowSequence(list(one.elements), one.root_segment, one.reflow_config, one.depth_map)

    ReflowSequence.from_root = staticmethod(seen)  # type: ignore[assignment, method-assign]


def lint(paths: list[str]) -> int:
    """Return sqlfluff's exit code for files, named from the root on."""
    compile_once()
    load_macros_once()
    see_layout_once()
    os.chdir(ROOT)
    try:
        cli(["lint", "--processes", "2", "--disable-progress-bar", *paths], prog_name="sqlfluff")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    return 0


def main(folders: list[str]) -> int:
    """Lint what has not passed; return sqlfluff's exit code."""
    shared = settings()
    passed = json.loads(PASSED.read_text(encoding="utf-8")) if PASSED.is_file() else []
    hashes = {path: digest(path) + shared for path in sql_files(folders)}
    wanted = [path.relative_to(ROOT) for path, found in hashes.items() if found not in passed]
    print(f"{len(wanted)} of {len(hashes)} files to read; the others have passed as they are", flush=True)
    if wanted:
        code = lint([str(path) for path in wanted])
        if code:
            return code
    PASSED.parent.mkdir(exist_ok=True)
    PASSED.write_text(json.dumps(sorted(hashes.values())), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
