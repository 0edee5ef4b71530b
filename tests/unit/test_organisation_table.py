"""One organisation beside its parents, as printed."""

import io
from typing import Any

import pytest
from measuremart.organisation_table import organisation_table
from rich.console import Console


def rows() -> list[dict[str, Any]]:
    entities = [
        ("hospital", "a", "Hospital A"),
        ("trust", "T1", "T1"),
        ("open_uk", "N1", "North"),
        ("open_uk", "N2", "South"),
    ]
    rates = {
        "ECG": [(1, 3, "0.333333"), (2, 4, "0.500000"), (0, 0, None), (1, 1, "1.000000")],
        "MRI": [(0, 1, "0.000000")] * 4,
    }
    return [
        {
            "indicator_order": position, "title": indicator, "level_order": 1, "level_name": level, "entity": entity,
            "entity_title": title, "met": met, "eligible": eligible, "rate": rate, "as_of": "2026-06-30",
        }
        for position, indicator in enumerate(rates, start=1)
        for (level, entity, title), (met, eligible, rate) in zip(entities, rates[indicator], strict=True)
    ]  # fmt: skip


def printed(width: int) -> list[str]:
    out = io.StringIO()
    console = Console(file=out, width=width, highlight=False)
    console.print(organisation_table("Audit", rows(), width))
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_a_column_for_each_entity() -> None:
    title, levels, names, ecg, mri = printed(100)
    assert title == "Audit: Hospital A, as of 2026-06-30 (rate, of how many eligible)"
    assert levels.split() == ["hospital", "trust", "open", "uk", "open", "uk"]
    assert names.split() == ["indicator", "Hospital", "A", "T1", "North", "South"]
    assert ecg.split("  ")[0] == "ECG"
    assert [cell.strip() for cell in ecg.split("  ") if cell.strip()][1:] == [
        "33.3% of 3",
        "50.0% of 4",
        "- of 0",
        "100.0% of 1",
    ]
    assert [cell.strip() for cell in mri.split("  ") if cell.strip()][1:] == ["0.0% of 1"] * 4


def test_a_head_of_several_words_is_folded_before_columns_are_given_up() -> None:
    wide = [r | {"entity_title": "Hospital of the North"} if r["entity"] == "a" else r for r in rows()]

    def lines(width: int) -> list[str]:
        out = io.StringIO()
        Console(file=out, width=width, highlight=False).print(organisation_table("Audit", wide, width))
        return [line.rstrip() for line in out.getvalue().splitlines()]

    narrow = lines(82)
    assert max(map(len, narrow)) <= 82
    heads = narrow[1 : next(n for n, line in enumerate(narrow) if line.startswith("ECG"))]
    assert " ".join(" ".join(heads).split()).count("Hospital") == 1
    assert not any("Hospital of the North" in line for line in heads)
    assert next(line for line in narrow if line.startswith("ECG")).split()[-3:] == ["100.0%", "of", "1"]
    assert any("Hospital of the North" in line for line in lines(110))


@pytest.mark.parametrize("width", [40, 60])
def test_one_below_the_other_where_it_is_narrow(width: int) -> None:
    found = printed(width)
    assert all(len(line) <= width for line in found)
    assert "  open uk North: - of 0" in found
    assert "  hospital Hospital A: 33.3% of 3" in found
