"""Every query of docs/how-to/read-the-marts.md, on the demo: it runs, and has the rows that the page prints."""

from pathlib import Path

import duckdb
import marts_page
import pytest
from dbt_runs import Warehouse
from page_runs import Shell, blocks

pytestmark = pytest.mark.xdist_group("demo")
QUERIES = marts_page.queries()


def test_the_page_has_queries() -> None:
    """A page that is written another way would leave nothing to run."""
    printed = [query for query in QUERIES if query.printed is not None]
    assert len(QUERIES) == len(printed) + 1 >= 12, "only the list of what is unavailable is empty in the demo"
    assert all(len(query.cells) > 1 for query in printed), "a table without rows shows nothing"


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.sql.split("\n")[0][:40])
def test_a_query_of_the_page(demo: Warehouse, query: marts_page.Query) -> None:
    with duckdb.connect(str(demo.database), read_only=True) as connection:
        found = connection.execute(query.sql)
        names = [column[0] for column in found.description or []]
        rows = [[marts_page.cell(value) for value in row] for row in found.fetchall()]
    if query.printed is not None:
        assert [names, *rows] == query.cells


def test_the_command_of_the_page(demo: Warehouse, tmp_path: Path) -> None:
    """docs/how-to/read-the-marts.md: a query in place of the three dots."""
    (command,) = [block.text for block in blocks(marts_page.PAGE.read_text(encoding="utf-8")) if block.kind == "sh"]
    (tmp_path / "measuremart_demo_lung.duckdb").symlink_to(demo.database)
    shell = Shell(tmp_path, tmp_path, {})
    printed, code = shell.run(command.replace("'''...'''", f"'''{QUERIES[0].sql}'''"))
    shell.close()
    assert code == 0, printed
    assert printed.startswith("┌")
