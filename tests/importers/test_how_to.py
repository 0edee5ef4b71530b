"""The how-to names everything that the importer reads."""

import re

from importers.oa_folders import ROOT
from measuremart.importers.oa_cohorts.layouts import MATCHERS, TABLES, TARGETS, TEMPORALITIES

PAGE = (ROOT / "docs" / "how-to" / "import-oa-cohorts.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([^`\n]+)`", PAGE))


def test_every_file_column_and_word_is_on_the_page() -> None:
    files = {file for table in TABLES for file in table.files.values()}
    columns = {name for table in TABLES for column in table.columns for name in column.names.values()}
    assert files | columns | set(MATCHERS) | set(TARGETS) | set(TEMPORALITIES) <= NAMED
