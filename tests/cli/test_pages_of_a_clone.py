"""How-tos that ask definitions in a clone and need no build, as written: commands in order, outputs that are shown compared."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from engines.page_runs import ROOT, Shell, blocks, exit_code, is_as_shown, plain

HOW_TO = ROOT / "docs" / "how-to"
# What stands for a command of a page in this test; the others are run.
#   measuremart test    runs as a stage of `make test`, over all packs and on both engines
#   dbt build           is a parse: the pack is read by dbt, and tests/importers compares what it counts
#   measuremart account is given the password that it asks for at a terminal
STANDS_FOR = """
measuremart() {
    case "$*" in
        test) true ;;
        account*--token) command measuremart "$@" ;;
        account*) printf 'a long enough password\\na long enough password\\n' | command measuremart "$@" ;;
        *) command measuremart "$@" ;;
    esac
}
dbt() { test "$1" = build && shift && command dbt --quiet parse "$@"; }
"""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Definitions, models and macros as a clone has them, with a branch origin/main, and the files that pages name."""
    folder = tmp_path_factory.mktemp("clone") / "measuremart"
    for part in ("definitions", "macros", "models", "seeds", "tests/generic", "tests/singular"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("dbt_project.yml", "selectors.yml", "definition.schema.json", "pack.schema.json"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copy(ROOT / "profiles.example.yml", folder / "profiles.yml")
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"], ["update-ref", "refs/remotes/origin/main", "HEAD"]):  # fmt: skip
        subprocess.run([*git, *words], check=True, capture_output=True)
    shutil.copytree(ROOT / "tests" / "importers" / "newer_layout", folder / "path" / "to" / "folder")
    for release in ("vocabulary_2025", "vocabulary_2026"):
        (folder / release).mkdir()
        for table in ("concept", "concept_ancestor"):
            shutil.copy(ROOT / "seeds" / "demo" / f"demo__{table}.csv", folder / release / f"{table}.csv")
    return folder


@pytest.fixture
def shell(clone: Path, tmp_path: Path) -> Iterator[Shell]:
    made = Shell(clone, tmp_path, {"COLUMNS": "140", "DBT_LOG_LEVEL_FILE": "none"})
    made.run(STANDS_FOR)
    yield made
    made.close()


def followed(shell: Shell, page: str) -> list[str]:
    """Run the commands of a page in order; return what each block printed."""
    text = (HOW_TO / page).read_text(encoding="utf-8")
    said: list[str] = []
    before = None
    for block in blocks(text):
        if block.kind == "sh":
            printed, code = shell.run(block.text)
            assert code == exit_code(text, block), f"{block.text}\n{printed}"
            said.append(printed)
        elif block.kind == "text" and before == "sh" and not block.before.strip():
            assert is_as_shown(block.text, said[-1]), plain(said[-1])
        before = block.kind
    return said


def test_browse_definitions(shell: Shell, clone: Path) -> None:
    first, second = followed(shell, "browse-definitions.md")
    assert first.startswith("wrote target/definitions/index.html: ")
    assert second.startswith("wrote build/definitions/index.html: ")
    assert (clone / "build" / "definitions" / "index.html").is_file()


def test_review_a_change(shell: Shell, clone: Path) -> None:
    """Nothing is edited here; what edits do to figures is in tests/engines/test_diff_data.py."""
    meaning, edited, moved, vocabulary, made = followed(shell, "review-a-change.md")
    assert "Indicator treatment_near_death of pack lung" in meaning
    assert "and all below it" in (clone / "all.txt").read_text(encoding="utf-8")
    assert "<h1>Lung Cancer MDT" in (clone / "lung_mdt.html").read_text(encoding="utf-8")
    assert edited.count("No definition has another meaning.") == 2
    assert moved.count("Nothing that is built differs.") == 2
    assert vocabulary.strip()
    assert "first_nsaid" in made
    assert (clone / "lung.svg").read_text(encoding="utf-8").startswith("<svg")


def test_errors(shell: Shell, clone: Path) -> None:
    followed(shell, "errors.md")
    assert '"2.1.0"' in (clone / "validate.sarif").read_text(encoding="utf-8")


def test_test_your_definitions(shell: Shell) -> None:
    """The failing example that the page shows: test_examples_page.py."""
    examples, coverage = followed(shell, "test-your-definitions.md")
    assert examples.count("all as expected on referee and duckdb") == 2
    assert coverage.count("lung: examples reach ") == 2


def test_import_oa_cohorts(shell: Shell, clone: Path) -> None:
    followed(shell, "import-oa-cohorts.md")
    looked, imported = [(clone / name).read_text(encoding="utf-8") for name in ("import.diff", "imported.txt")]
    assert "+++ b/my_hospital/cohorts.yml" in looked
    assert imported.strip()
    assert "+++ b/" not in imported
    assert (clone / "definitions" / "my_hospital" / "cohorts.yml").is_file()
    assert (clone / "models" / "generated" / "my_hospital").is_dir()


def test_serve(shell: Shell, clone: Path) -> None:
    """The accounts; the server itself: tests/web."""
    _, token = followed(shell, "serve.md")
    assert "shown once: " in token
    kept = (clone / "access.yml").read_text(encoding="utf-8")
    assert kept.count("$argon2id$") >= 2
    assert "organisation" in kept
