"""`measuremart docs`: a page a definition, every link leads somewhere, and nothing needs a network, a script or a mouse."""

import itertools
import posixpath
import re
import subprocess
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest
from measuremart.cli import app
from measuremart.explain.difference import differences
from measuremart.explain.explanation import EXPLAINED
from measuremart.explain.site import Changes, site_files
from measuremart.explain.site_html import STYLE
from measuremart.pipeline import Read, read_definitions
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[2]
PACK = """
populations:
  omop: {person: {model: person}, episodes: {model: episode}}
targets:
  drug: {model: drug, dates: {start: start_date}}
concept_sets:
  medicines: {description: Some medicines., concepts: [7, 8]}
subqueries:
  given: {description: A medicine was given., target: drug, rules: [{phenotype: medicines}]}
measures:
  treated:
    description: Treated <today> & "soon".
    subquery: given
    examples:
      - name: one <b>row</b>
        persons: [{person: 1}]
        events: {drug: [{person: 1, episode: 5, start: 2024-01-05, concept: 7}, {person: 2, concept: 9}]}
        below: {7: [9]}
        expect: [{person: 1, episode: 5, date: 2024-01-05}]
      - name: nobody
        expect: []
  alone: {description: Used by nothing., first: given}
"""


def read(folder: Path, text: str = PACK) -> Read:
    (folder / "definitions" / "p").mkdir(parents=True, exist_ok=True)
    (folder / "definitions" / "p" / "all.yml").write_text(text, encoding="utf-8")
    return read_definitions(folder / "definitions")


@pytest.fixture(scope="module")
def ours() -> Mapping[str, str]:
    """The site of the packs of this project."""
    found = read_definitions(ROOT / "definitions")
    return site_files(found, Changes("the same", differences(found, found)))


class Seen(HTMLParser):
    """What a page has, as a reader of pages sees it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.languages: list[str | None] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append(tag)
        if tag not in ("meta", "link", "br", "path", "rect"):
            self.open.append(tag)
        if named.get("id"):
            assert named["id"] not in self.ids
            self.ids.add(named["id"] or "")
        if tag == "html":
            self.languages.append(named.get("lang"))
        if tag in ("a", "link"):
            self.links.append(named["href"] or "")
        assert not any(name.startswith("on") or name in ("src", "style") for name in named)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("path", "rect"):
            assert self.open.pop() == tag


def test_every_definition_has_a_page_and_every_pack_an_index(ours: Mapping[str, str]) -> None:
    catalogue = read_definitions(ROOT / "definitions").catalogue
    for section in EXPLAINED:
        assert {f"{section}/{name}.html" for name in catalogue.of(section)} <= set(ours)
    assert {"index.html", "changes.html", "style.css", "packs/lung.html", "packs/lung_graph.html"} <= set(ours)


def test_every_link_leads_to_a_page_and_a_place_of_the_site(ours: Mapping[str, str]) -> None:
    seen = {path: Seen(text) for path, text in ours.items() if path.endswith(".html")}
    for path, here in seen.items():
        for address in here.links:
            file, _, place = address.partition("#")
            found = posixpath.normpath(posixpath.join(posixpath.dirname(path), file)) if file else path
            assert found in ours, f"{path}: {address}"
            assert not place or place in seen[found].ids, f"{path}: {address}"


def test_every_page_is_reached_from_the_index(ours: Mapping[str, str]) -> None:
    reached, waiting = {"index.html"}, ["index.html"]
    while waiting:
        path = waiting.pop()
        for address in Seen(ours[path]).links if path.endswith(".html") else ():
            found = posixpath.normpath(posixpath.join(posixpath.dirname(path), address.partition("#")[0]))
            if found in ours and found not in reached:
                reached.add(found)
                waiting.append(found)
    assert reached == set(ours)


def test_pages_can_be_read_aloud_offline_and_without_scripts(ours: Mapping[str, str]) -> None:
    for path, text in ours.items():
        if not path.endswith(".html"):
            continue
        seen = Seen(text)
        assert seen.languages == ["en"], path
        assert seen.tags.count("h1") == seen.tags.count("main") == 1, path
        levels = [int(tag[1]) for tag in seen.tags if re.fullmatch(r"h[1-6]", tag)]
        assert levels[0] == 1, path
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), path
        assert seen.tags.count("table") == seen.tags.count("caption"), path
        assert not {"script", "iframe", "img", "object"} & set(seen.tags), path
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", "".join(seen.links)), path
    assert "url(" not in STYLE
    assert "@import" not in STYLE
    assert "@media print" in STYLE


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    digits = colour if len(colour) == 6 else "".join(c * 2 for c in colour)
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_text_stands_out_from_the_white_page() -> None:
    colours = set(re.findall(r"[{; ]color: #([0-9a-f]{3,6});", STYLE))
    assert len(colours) >= 3
    for colour in colours:
        assert 1.05 / (luminance(colour) + 0.05) >= 7


def test_a_page_links_names_shows_examples_and_escapes_what_authors_wrote(tmp_path: Path) -> None:
    text = site_files(read(tmp_path))["measures/treated.html"]
    assert '<a href="../subqueries/given.html">given</a>' in text
    assert "Treated &lt;today&gt; &amp; &quot;soon&quot;." in text
    assert "Example 1: one &lt;b&gt;row&lt;/b&gt;" in text
    assert '<tr><th scope="row">drug</th><td>2</td><td></td><td></td><td>9</td></tr>' in text
    assert "9 are below concept 7." in text
    assert '<tr><th scope="row">1</th><td>5</td><td>2024-01-05</td></tr>' in text
    assert "Expected members, example 2: none." in text
    assert (
        '<a href="../concept_sets/medicines.html">medicines</a>' in site_files(read(tmp_path))["subqueries/given.html"]
    )


def test_what_changed_is_on_the_page_of_changes_and_on_its_own(tmp_path: Path) -> None:
    old = read(tmp_path / "old")
    new = read(tmp_path / "new", PACK.replace("first: given", "last: given"))
    files = site_files(new, Changes("v1 <old>", differences(old, new)))
    for path in ("changes.html", "measures/alone.html"):
        assert "v1 &lt;old&gt;" in files[path]
        assert "<li>- The first date of each key of:</li>" in files[path]
        assert "<li>+ The last date of each key of:</li>" in files[path]
    assert "It means what it meant at v1 &lt;old&gt;." in files["measures/treated.html"]
    assert "Changes" not in site_files(new)["measures/alone.html"]


def run(project: Path, *words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["docs", *words, "--project-dir", str(project)])
    return done.exit_code, done.stdout, done.stderr


def test_the_command_writes_again_what_changed_and_takes_away_what_is_no_more(tmp_path: Path) -> None:
    read(tmp_path)
    code, said, _ = run(tmp_path)
    assert (code, said.rsplit(": ", 1)[1]) == (0, "9 new\n")
    site = tmp_path / "target" / "definitions"
    assert (site / "measures" / "alone.html").is_file()
    assert run(tmp_path)[1].endswith("nothing to change\n")
    read(tmp_path, PACK.replace("  alone: {description: Used by nothing., first: given}\n", ""))
    assert run(tmp_path)[0] == 0
    assert not (site / "measures" / "alone.html").exists()


def test_a_file_of_somebody_else_is_not_touched(tmp_path: Path) -> None:
    read(tmp_path)
    site = tmp_path / "site"
    site.mkdir()
    (site / "notes.txt").write_text("mine", encoding="utf-8")
    code, _, said = run(tmp_path, "--output", str(site))
    assert code == 7
    assert "notes.txt" in said
    assert [path.name for path in site.iterdir()] == ["notes.txt"]


def test_the_last_tag_is_compared_unless_a_reference_is_given(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", "-C", str(tmp_path), *who, *words], check=True, capture_output=True)

    read(tmp_path)
    git("init", "-q")
    git("add", "definitions")
    git("commit", "-qm", "one")
    git("tag", "v1")
    read(tmp_path, PACK.replace("first: given", "last: given"))
    git("commit", "-qam", "two")
    changes = tmp_path / "target" / "definitions" / "changes.html"
    assert run(tmp_path)[0] == 0
    assert "Compared with v1." in changes.read_text(encoding="utf-8")
    assert run(tmp_path, "--since", "HEAD")[0] == 0
    assert "No definition has another meaning." in changes.read_text(encoding="utf-8")
    code, _, said = run(tmp_path, "--since", "v9")
    assert code == 2
    assert "v9" in said
