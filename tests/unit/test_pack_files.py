"""Which files below the folder of packs are read: what is in the way is said, never taken as absent."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from measuremart.catalogue import load

NOBODY = 65534


@pytest.fixture
def definitions() -> Iterator[Path]:
    """A folder of one pack, where another user may look: rights do not bind the superuser."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        folder = Path(name) / "definitions"
        write(folder / "ward" / "ward.yml", "concept_sets: {one: {description: One., concepts: [1]}}\n")
        yield folder


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def loaded(folder: Path) -> tuple[list[str], list[str]]:
    """Return the names of the concept sets and what is said, with the exit code of each problem."""
    catalogue, problems = load(folder)
    return sorted(catalogue.of("concept_sets")), [f"{p} [{p.kind.value}]" for p in problems]


@contextmanager
def bound_by_rights() -> Iterator[None]:
    """As a user who is not the superuser."""
    is_superuser = os.geteuid() == 0
    if is_superuser:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_superuser:
            os.seteuid(0)


def test_a_linked_pack_is_read(definitions: Path) -> None:
    shutil.move(definitions / "ward", definitions.parent / "elsewhere")
    (definitions / "ward").symlink_to(definitions.parent / "elsewhere", target_is_directory=True)
    assert loaded(definitions) == (["one"], [])
    catalogue, _ = load(definitions)
    assert catalogue.of("concept_sets")["one"].pack == "ward"


def test_a_linked_folder_of_a_pack_is_read(definitions: Path) -> None:
    text = "concept_sets: {two: {description: Two., concepts: [2]}}\n"
    shared = write(definitions.parent / "shared" / "two.yml", text)
    (definitions / "ward" / "shared").symlink_to(shared.parent, target_is_directory=True)
    (definitions / "ward" / "three.YML").symlink_to(write(definitions.parent / "three", text.replace("two", "three")))
    assert loaded(definitions) == (["one", "three", "two"], [])


def test_a_link_to_nothing(definitions: Path) -> None:
    (definitions / "gone").symlink_to(definitions.parent / "nowhere", target_is_directory=True)
    (definitions / "ward" / "gone.yml").symlink_to(definitions.parent / "nowhere.yml")
    (definitions / "ward" / ".#ward.yml").symlink_to("somebody@somewhere.1234")
    said = [
        "definitions/gone:1:1: cannot be read: a link to nothing [3]",
        "definitions/ward/gone.yml:1:1: cannot be read: a link to nothing [3]",
    ]
    assert loaded(definitions) == (["one"], said)


def test_links_in_a_circle(definitions: Path) -> None:
    (definitions / "ward" / "again").symlink_to(definitions, target_is_directory=True)
    (definitions / "ward" / "self").symlink_to("self")
    names, said = loaded(definitions)
    assert names == ["one"]
    assert said[0] == ("definitions/ward/again:1:1: this link leads back to a folder that it is in: remove it [3]")
    assert [line.split(": ")[:2] for line in said[1:]] == [["definitions/ward/self:1:1", "cannot be read"]]


def test_a_pack_that_may_not_be_read(definitions: Path) -> None:
    (definitions / "ward").chmod(0)
    said = ["definitions/ward:1:1: this folder cannot be read: Permission denied [3]"]
    with bound_by_rights():
        assert loaded(definitions) == ([], said)


def test_a_folder_of_packs_that_may_not_be_read(definitions: Path) -> None:
    definitions.chmod(0)
    with bound_by_rights():
        assert loaded(definitions) == ([], ["definitions:1:1: this folder cannot be read: Permission denied [3]"])


def test_a_file_that_may_not_be_read(definitions: Path) -> None:
    (definitions / "ward" / "ward.yml").chmod(0)
    with bound_by_rights():
        assert loaded(definitions) == ([], ["definitions/ward/ward.yml:1:1: cannot be read: Permission denied [3]"])


def test_what_is_no_file(definitions: Path) -> None:
    os.mkfifo(definitions / "ward" / "pipe.yml")
    assert loaded(definitions) == (["one"], ["definitions/ward/pipe.yml:1:1: is not a file [3]"])


def test_a_file_that_stands_in_no_pack(definitions: Path) -> None:
    write(definitions / "stray.yml", "concept_sets: {two: {description: Two., concepts: [2]}}\n")
    write(definitions / "README.md", "What the packs are.\n")
    said = (
        "definitions/stray.yml:1:1: a definition file belongs in the folder of its pack: "
        "move it to definitions/<pack>/stray.yml [4]"
    )
    assert loaded(definitions) == (["one"], [said])
