from spec.pages import outdated


def test_reference_pages_are_current() -> None:
    assert outdated() == [], "run python tests/spec/pages.py"
