"""Every command that a page shows is run by a test, in order, as written, or it is listed here with why not.

A block of kind `sh` is run, by the test of its page. A block of kind `console` is not. A block of kind `text` is what the block
of commands right before it prints, and compared with that; all others are listed here with the test that compares them.
"""

from pathlib import Path

import pytest
from engines.page_runs import blocks

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(path for path in (ROOT / "docs").rglob("*.md") if "reference" not in path.parts)])

# The test that follows each page: a file of tests/, and a function in it.
FOLLOWED = {
    "README.md": ("engines/test_readme.py", "test_the_page_as_written"),
    "docs/how-to/add-a-target.md": ("engines/test_add_a_target.py", "clinic"),
    "docs/how-to/ask-why.md": ("engines/test_trace_demo.py", "test_the_page_as_written"),
    "docs/how-to/browse-definitions.md": ("cli/test_pages_of_a_clone.py", "test_browse_definitions"),
    "docs/how-to/check-the-vocabulary.md": ("engines/test_repository_pages.py", "test_a_page"),
    "docs/how-to/errors.md": ("cli/test_pages_of_a_clone.py", "test_errors"),
    "docs/how-to/give-access.md": ("engines/test_access.py", "test_the_page"),
    "docs/how-to/honour-opt-outs.md": (
        "engines/test_opt_outs.py",
        "test_opted_out_persons_are_gone_and_one_who_is_there_is_found",
    ),
    "docs/how-to/import-oa-cohorts.md": ("cli/test_pages_of_a_clone.py", "test_import_oa_cohorts"),
    "docs/how-to/own-repository.md": ("engines/test_own_repository.py", "test_the_page_as_written"),
    "docs/how-to/publish.md": ("engines/test_publish_page.py", "test_the_commands_in_order"),
    "docs/how-to/read-the-marts.md": ("engines/test_marts_page.py", "test_the_command_of_the_page"),
    "docs/how-to/replace-a-part.md": ("engines/test_repository_pages.py", "test_replace_a_part_on_duckdb"),
    "docs/how-to/review-a-change.md": ("cli/test_pages_of_a_clone.py", "test_review_a_change"),
    "docs/how-to/run-epilepsy12.md": ("engines/test_epilepsy12.py", "test_the_commands_of_the_page"),
    "docs/how-to/run-gibleed.md": ("engines/test_gibleed.py", "test_the_page_as_written"),
    "docs/how-to/schedule-runs.md": ("engines/test_repository_pages.py", "test_a_page"),
    "docs/how-to/serve.md": ("cli/test_pages_of_a_clone.py", "test_serve"),
    "docs/how-to/test-your-definitions.md": ("cli/test_pages_of_a_clone.py", "test_test_your_definitions"),
    "docs/how-to/use-from-bi.md": ("engines/test_bi_page.py", "test_the_programs_and_exports_in_order"),
    "docs/how-to/use-your-own-omop-data.md": (
        "engines/test_repository_pages.py",
        "test_own_data_and_the_concepts_in_it",
    ),
    "docs/tutorial.md": ("engines/test_tutorial.py", "test_the_page_as_written"),
}
ALONE = "a server that runs until it is stopped: tests/web starts it with these options"
# (page, first line of a block of kind `console`): why it is not run.
NOT_RUN = {
    ("docs/how-to/errors.md", "$ dbt test --select target__letter --store-failures"): (
        "it asks for a test that fails, by a name that the reader has from the failure"
    ),
    ("docs/how-to/own-repository.md", "$ pip install build"): (
        "it needs an index of packages; the wheel is built and installed by engines/test_own_repository.py"
    ),
    ("docs/how-to/publish.md", "$ pip install 'measuremart[publish]'"): "it needs an index of packages",
    ("docs/how-to/refresh-changed-persons.md", "$ dbt build --vars 'refresh: changed'"): (
        "engines/test_refresh_changed.py runs it over a source that changes"
    ),
    ("docs/how-to/review-a-change.md", "$ measuremart diff --vocabulary omop_2025 omop_2026"): (
        "two vocabularies in a warehouse of the reader's: cli/test_vocabulary_releases.py asks two such schemas"
    ),
    ("docs/how-to/review-a-change.md", "$ measuremart watch"): (
        "it waits for edits of a project that is built: engines/test_watch.py makes them"
    ),
    (
        "docs/how-to/run-on-spark.md",
        "$ pip install -e '.[spark]'",
    ): "Spark has an environment of its own: `make test-spark` builds this",
    ("docs/how-to/run-on-spark.md", "$ pip install -e '.[spark]' 'pyspark[connect]'"): "a cluster of the reader's",
    ("docs/how-to/schedule-runs.md", "$ pip install 'measuremart[dagster]'"): (
        "Dagster is no package of these tests; cli/test_refresh_script.py runs the script that its job calls"
    ),
    ("docs/how-to/serve.md", "$ make dashboard"): ALONE,
    ("docs/how-to/serve.md", "$ pip install 'measuremart[web]'"): ALONE,
    ("docs/how-to/serve.md", "$ measuremart serve --access access.yml --host 0.0.0.0"): ALONE,
    ("docs/how-to/serve.md", "$ touch audit.duckdb.refresh"): (
        "a build beside a server: web/test_web_refreshing.py has both"
    ),
    ("docs/how-to/serve.md", '$ curl -H "Authorization: Bearer $TOKEN"'): (
        "a server of the reader's; web/test_web_api.py asks the same"
    ),
    ("docs/how-to/use-from-bi.md", "$ measuremart semantic models/semantic"): (
        "it writes models into the project: web/test_web_semantic.py runs these commands in one of its own"
    ),
    ("docs/how-to/use-from-bi.md", "$ psql -h 127.0.0.1"): (
        "psql is no package of pip: engines/test_postgres_demo.py asks this query as this role"
    ),
    ("docs/how-to/use-your-own-omop-data.md", "$ pip install 'measuremart[postgres]'"): (
        "a database of the reader's: engines/test_own_repository.py builds a repository on PostgreSQL"
    ),
    ("docs/how-to/use-your-own-omop-data.md", "$ export MEASUREMART_OMOP_DUCKDB=/data/hospital.duckdb"): (
        "a file of the reader's: engines/test_gibleed.py builds from such a file"
    ),
}
# (page, beginning of a block of kind `text` that no commands stand right above): the file, seen from tests/, that
# holds the project to it, and words of that file.
COMPARED_ELSEWHERE = {
    ("README.md", "Data: the demo"): ("engines/test_readme.py", "is_as_shown(shown, demonstrated)"),
    ("README.md", "┌"): ("engines/test_readme.py", "drawn.startswith(table)"),
    ("docs/how-to/check-the-vocabulary.md", "warning: vocabulary_absent: 42"): (
        "../models/evaluation/vocabulary/_vocabulary.yml",
        "Uses of concepts that the vocabulary lacks.",
    ),
    ("docs/how-to/errors.md", "error[unknown_key]"): ("unit/test_problem_formats.py", "errors.md"),
    ("docs/how-to/errors.md", "definitions/mine/mine.yml:22:3: warning"): (
        "unit/test_typical_mistakes.py",
        "warning: nothing uses measure",
    ),
    ("docs/how-to/errors.md", "models/generated/mine"): (
        "cli/test_generate.py",
        "was not generated by measuremart (its first line does not say so): move it away",
    ),
    ("docs/how-to/give-access.md", "alice"): ("engines/test_access.py", "is_as_shown(_here(shown_there), of_alice)"),
    ("docs/how-to/honour-opt-outs.md", "the list of opt-outs"): ("engines/test_opt_outs_stop.py", "honour-opt-outs.md"),
    ("docs/how-to/own-repository.md", "definitions/emergency/emergency.yml:7:7"): (
        "unit/test_extensions.py",
        "has a stratifier 'sex', too: give this one another name",
    ),
    ("docs/how-to/test-your-definitions.md", "1 example on referee"): ("cli/test_examples_page.py", "(9, FAILS)"),
    ("docs/how-to/use-text-ids.md", "table condition_occurrence"): ("engines/test_source_check.py", "use-text-ids.md"),
}


def of_kind(kind: str) -> list[tuple[str, str, str | None]]:
    """(page, text of the block, kind of the block right above it, or None) of all blocks of a kind."""
    found: list[tuple[str, str, str | None]] = []
    for path in PAGES:
        before = None
        for block in blocks(path.read_text(encoding="utf-8")):
            if block.kind == kind:
                above = None if block.before.strip() else before
                found.append((path.relative_to(ROOT).as_posix(), block.text, above))
            before = block.kind
    return found


def test_each_page_with_commands_is_followed_by_a_test() -> None:
    assert {page for page, _, _ in of_kind("sh")} == set(FOLLOWED)


@pytest.mark.parametrize("page", FOLLOWED)
def test_the_test_of_a_page_is_there_and_names_the_page(page: str) -> None:
    file, function = FOLLOWED[page]
    text = (ROOT / "tests" / file).read_text(encoding="utf-8")
    assert f"def {function}(" in text
    assert Path(page).name in text


def test_commands_are_in_blocks_of_two_kinds() -> None:
    assert of_kind("bash") == of_kind("shell") == []
    assert [(page, text) for page, text, _ in of_kind("console") if not text.startswith("$ ")] == []
    assert [(page, text) for page, text, _ in of_kind("sh") if text.startswith("$ ")] == []


def test_what_is_not_run_is_listed_with_its_reason() -> None:
    shown = [(page, text) for page, text, _ in of_kind("console")]
    for page, text in shown:
        assert [first for at, first in NOT_RUN if at == page and text.startswith(first)], (page, text)
    assert [one for one in NOT_RUN if not [s for s in shown if s[0] == one[0] and s[1].startswith(one[1])]] == []


def test_what_is_shown_below_no_command_is_compared_elsewhere() -> None:
    shown = [(page, text) for page, text, before in of_kind("text") if before not in ("sh", "sql")]
    listed = COMPARED_ELSEWHERE
    for page, text in shown:
        assert [first for at, first in listed if at == page and text.startswith(first)], (page, text)
    assert [one for one in listed if not [s for s in shown if s[0] == one[0] and s[1].startswith(one[1])]] == []
    for file, words in COMPARED_ELSEWHERE.values():
        assert words in (ROOT / "tests" / file).read_text(encoding="utf-8"), (file, words)
