"""`explain`, `diff`, `graph` and `list --uses` as a person calls them."""

import json
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from measuremart.cli import app
from typer.testing import CliRunner

PACK = """
populations:
  omop: {person: {model: person}, episodes: {model: episode}}
targets:
  drug: {model: drug, dates: {start: start_date}}
subqueries:
  given: {description: A medicine was given., target: drug, rules: [{exact: 7}]}
measures:
  treated: {description: Treated <today>., subquery: given}
  alone: {description: Used by nothing., first: given}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "definitions" / "p").mkdir(parents=True)
    (tmp_path / "definitions" / "p" / "all.yml").write_text(PACK, encoding="utf-8")
    return tmp_path


def run(project: Path, *words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [*words, "--project-dir", str(project)])
    return done.exit_code, done.stdout, done.stderr


def test_explain_prints_text_markdown_json_and_a_page(project: Path) -> None:
    code, text, _ = run(project, "explain", "treated")
    assert code == 0
    assert text.startswith(
        "treated\nMeasure treated of pack p: definitions/p/all.yml, line 9\n\nPurpose\n  Treated <today>.\n"
    )
    code, text, _ = run(project, "explain", "treated", "--format", "md")
    assert (code, text.splitlines()[0]) == (0, "# treated")
    assert "- Treated \\<today\\>." in text
    code, text, _ = run(project, "explain", "treated", "--format", "json")
    (said,) = json.loads(text)
    assert (said["kind"], said["name"], said["sections"][0]["heading"]) == ("measure", "treated", "Purpose")
    page = project / "page.html"
    assert run(project, "explain", "treated", "--full", "--html", str(page))[0] == 0
    assert "<h2>The subquery given</h2>" in page.read_text(encoding="utf-8")
    assert "Treated &lt;today&gt;." in page.read_text(encoding="utf-8")


def test_explain_of_an_unknown_name_says_the_nearest(project: Path) -> None:
    code, _, error = run(project, "explain", "treatd")
    assert code == 2
    assert "did you mean 'treated'?" in error


def test_a_page_that_cannot_be_written_is_refused(project: Path) -> None:
    code, _, error = run(project, "explain", "treated", "--html", str(project / "no" / "page.html"))
    assert code == 7
    assert "page.html" in error


def test_diff_compares_with_the_last_commit(project: Path) -> None:
    git = ["git", "-C", str(project), "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    assert run(project, "diff")[0] == 2
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *words], check=True)
    assert run(project, "diff")[:2] == (0, "No definition has another meaning.\n")
    path = project / "definitions" / "p" / "all.yml"
    path.write_text(PACK.replace("exact: 7", "exact: 8"), encoding="utf-8")
    code, text, _ = run(project, "diff")
    assert code == 0
    assert text.splitlines()[:4] == [
        "Changed:",
        "  subquery given (A medicine was given)",
        "    - concept_id is 7",
        "    + concept_id is 8",
    ]
    code, text, _ = run(project, "diff", "HEAD", "--format", "json")
    assert {(d["change"], d["name"]) for d in json.loads(text)} == {
        ("changed", "given"),
        ("reached", "treated"),
        ("reached", "alone"),
    }
    path.write_text(PACK.replace("exact: 7", "exakt: 7"), encoding="utf-8")
    subprocess.run([*git, "commit", "-qam", "two"], check=True)
    path.write_text(PACK, encoding="utf-8")
    code, _, error = run(project, "diff")
    assert code == 2
    assert "the definitions at 'HEAD' cannot be understood" in error


def test_graph_draws_what_is_made_of_what(project: Path) -> None:
    code, text, _ = run(project, "graph", "treated")
    assert (code, text) == (
        0,
        'flowchart LR\n  n0["measure treated"]\n  n1["subquery given"]\n  n1 --> n0\n',
    )
    code, text, _ = run(project, "graph", "given", "--format", "dot")
    assert re.findall(r'"([^"]*)" -> "([^"]*)"', text) == [
        ("subquery given", "measure alone"),
        ("subquery given", "measure treated"),
    ]
    code, text, _ = run(project, "graph", "--pack", "p", "--format", "svg")
    drawn = ElementTree.fromstring(text)
    names = [e.text for e in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert sorted(filter(None, names)) == ["alone", "drug", "given", "omop", "treated"]
    assert run(project, "graph", "nothing")[0] == 2


def test_list_tells_what_uses_a_definition_and_what_nothing_uses(project: Path) -> None:
    _, text, _ = run(project, "list", "--uses", "drug", "--json")
    assert [d["name"] for d in json.loads(text)] == ["given", "alone", "treated"]
    _, text, _ = run(project, "list", "measures", "--unused", "--json")
    assert [d["name"] for d in json.loads(text)] == ["alone", "treated"]
    assert run(project, "list", "--uses", "nothing")[0] == 2
