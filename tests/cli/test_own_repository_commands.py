"""`init` and `sync` without dbt: which packs a repository reads, what is refused, and that the same is written each time."""

import shutil
from pathlib import Path

import pytest
import yaml
from measuremart import __version__
from measuremart.cli import app, main
from measuremart.warehouse.schemas import names_schemas_itself
from typer.testing import CliRunner

WARD = """\
subqueries:
  ward_visit: {description: Visits to the ward., target: visit, rules: [{exact: 9201}]}
measures:
  seen_on_ward: {description: Persons seen on the ward., subquery: ward_visit}
cohorts:
  ward: {description: Persons of the ward., title: Ward, definitions: {all: seen_on_ward}}
"""


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.output


def sync(folder: Path, *words: str) -> tuple[int, str]:
    return run("sync", "--project-dir", str(folder), *words)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "st-marys"
    code, said = run("init", str(folder))
    assert code == 0, said
    return folder


@pytest.fixture
def repository(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "st-marys")


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def project(folder: Path, **variables: object) -> None:
    file = folder / "dbt_project.yml"
    said = yaml.safe_load(file.read_text(encoding="utf-8"))
    said["vars"] |= variables
    file.write_text(yaml.safe_dump(said), encoding="utf-8")


def ward(folder: Path, pack: str = "ward", about: str = "title: Ward\n", text: str = WARD) -> None:
    (folder / "definitions" / pack).mkdir()
    (folder / "definitions" / pack / "pack.yml").write_text(about, encoding="utf-8")
    (folder / "definitions" / pack / "ward.yml").write_text(text, encoding="utf-8")


def test_init_writes_a_repository_that_is_current_and_valid(made: Path) -> None:
    assert sync(made, "--check") == (0, "measuremart/ is current\n")
    code, said = run("validate", "--project-dir", str(made))
    assert code == 0
    assert said.startswith("all well: ")
    assert yaml.safe_load((made / "dbt_project.yml").read_text(encoding="utf-8"))["name"] == "st_marys"
    left = [path for path, text in files(made).items() if b"__name__" in text or b"__packs__" in text]
    assert left == []


def test_the_same_is_written_each_time(made: Path, tmp_path: Path) -> None:
    again = tmp_path / "st-marys"
    assert run("init", str(again))[0] == 0
    assert files(again) == files(made)


def test_init_replaces_nothing(made: Path) -> None:
    before = files(made)
    code, said = run("init", str(made))
    assert code == 7
    assert "would be replaced: choose a new folder" in said
    assert files(made) == before


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("--name", "measuremart"), "'measuremart' is the name of the package"),
        (("--name", "St Mary's"), "name of the dbt project"),
        (("--pack", "lungs"), "unknown pack 'lungs' (did you mean 'lung'?)"),
    ],
)
def test_init_refuses(tmp_path: Path, words: tuple[str, ...], fault: str) -> None:
    code, said = run("init", str(tmp_path / "new"), *words)
    assert code == 2
    assert fault in said
    assert not (tmp_path / "new").exists()


def test_init_with_a_shipped_pack_takes_what_it_needs(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert run("init", str(folder), "--pack", "lung", "--engine", "postgres")[0] == 0
    assert yaml.safe_load((folder / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]["packs"] == [
        "oncology",
        "lung",
    ]
    assert sorted(found.name for found in (folder / "measuremart/definitions").iterdir()) == [
        "lung",
        "omop",
        "oncology",
    ]
    assert f"measuremart[postgres]=={__version__}" in (folder / "requirements.txt").read_text(encoding="utf-8")
    assert sync(folder, "--check")[0] == 0
    code, said = run("list", "reports", "--project-dir", str(folder))
    assert code == 0
    assert "lung_mdt" in said


def test_only_files_of_packs_that_are_asked_for_are_written(repository: Path) -> None:
    written = files(repository / "measuremart")
    assert [path for path in written if "epilepsy12" in path or "oncology" in path] == []
    assert "macros/generate_schema_name.sql" not in written
    project(repository, packs=["bowel", "oncology"])
    assert sync(repository)[0] == 0
    assert {"definitions/oncology/targets.yml", "models/core/targets/oncology/_oncology.yml"} <= files(
        repository / "measuremart"
    ).keys()
    project(repository, packs=["bowel"])
    assert sync(repository)[0] == 0
    assert files(repository / "measuremart") == written


def test_a_pack_of_its_own_uses_targets_of_a_shipped_pack_that_it_needs(repository: Path) -> None:
    text = WARD.replace("target: visit", "target: tx_surgical")
    ward(repository, text=text)
    code, said = sync(repository)
    assert code == 5
    assert "unknown target 'tx_surgical'" in said
    assert "of shipped pack 'oncology': add 'oncology' to needs in pack.yml" in said
    (repository / "definitions/ward/pack.yml").write_text("title: Ward\nneds: [oncology]\n", encoding="utf-8")
    code, said = sync(repository)
    assert code == 4
    assert "unknown key 'neds' (did you mean 'needs'?)" in said
    assert "tx_surgical" not in said
    (repository / "definitions/ward/pack.yml").write_text("title: Ward\nneeds: [oncology]\n", encoding="utf-8")
    code, said = sync(repository)
    assert code == 0, said
    assert "models/generated/ward: " in said


@pytest.mark.parametrize("packs", [["bowel"], ["bowel", "oncology", "lung"]])
def test_a_pack_with_the_name_of_a_shipped_one_is_refused(repository: Path, packs: list[str]) -> None:
    ward(repository, "lung")
    project(repository, packs=packs)
    code, said = sync(repository)
    assert code == 5
    assert "definitions/lung:1:1: measuremart has a pack 'lung', too: give the folder of your pack another name" in said


def test_a_pack_that_is_nowhere_is_named(repository: Path) -> None:
    project(repository, packs=["bowels"])
    code, said = sync(repository)
    assert code == 2
    assert "the variable packs names 'bowels', and there is no such pack (did you mean 'bowel'?)" in " ".join(
        said.split()
    )


@pytest.mark.parametrize("command", ["sync", "build", "validate", "generate"])
def test_a_packages_file_that_is_no_yaml_is_said(
    repository: Path, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "packages.yml").write_text("packages: [\n", encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["measuremart", command, "--project-dir", str(repository)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "packages.yml cannot be read" in capsys.readouterr().err


def test_a_folder_that_sync_did_not_write_is_left_alone(repository: Path) -> None:
    (repository / "measuremart/manifest.json").unlink()
    (repository / "measuremart/README.md").write_text("mine\n", encoding="utf-8")
    before = files(repository)
    for words in ((), ("--force",)):
        code, said = sync(repository, *words)
        assert code == 7
        assert "measuremart/ has no manifest.json" in said
        assert files(repository) == before


def test_an_interrupted_run_goes_on(repository: Path) -> None:
    whole = files(repository)
    ward(repository)
    manifest = (repository / "measuremart/manifest.json").read_bytes()
    assert sync(repository)[0] == 0
    done = files(repository)
    # as if it had been stopped after some files, before the manifest
    (repository / "measuremart/manifest.json").write_bytes(manifest)
    new = sorted(done.keys() - whole.keys() - {"definitions/ward/pack.yml", "definitions/ward/ward.yml"})
    (repository / new[0]).unlink()
    assert sync(repository)[0] == 0
    assert files(repository) == done


def test_a_manifest_with_a_conflict_is_said_and_force_writes_anew(repository: Path) -> None:
    before = files(repository)
    file = repository / "measuremart/manifest.json"
    file.write_text("<<<<<<< HEAD\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    code, said = sync(repository)
    assert code == 7
    assert "`measuremart sync --force` writes" in " ".join(said.split())
    assert sync(repository, "--force")[0] == 0
    assert files(repository) == before


def test_generate_says_what_to_run_instead(repository: Path) -> None:
    assert run("generate", "--project-dir", str(repository)) == (
        2,
        "this is a repository of your own: run `measuremart sync`\n",
    )


def test_sync_says_where_it_does_not_belong(tmp_path: Path) -> None:
    code, said = sync(tmp_path)
    assert code == 2
    assert "run `measuremart generate`" in " ".join(said.split())


def test_a_new_pack_is_valid_as_it_is(repository: Path) -> None:
    code, said = run("new", "pack", "stroke", "--project-dir", str(repository))
    assert code == 0
    assert "definitions/stroke/stroke.yml" in said
    code, said = run("validate", "--project-dir", str(repository))
    assert (code, "warning" in said) == (0, False)
    assert run("test", "--pack", "stroke", "--engine", "referee", "--project-dir", str(repository))[0] == 0
    schema = (repository / "definitions/stroke/stroke.yml").read_text(encoding="utf-8").split("\n")[0].split("=")[1]
    assert (repository / "definitions/stroke" / schema).resolve().name == "definition.schema.json"
    assert (repository / "definitions/stroke" / schema).is_file()
    assert sync(repository)[0] == 0


@pytest.mark.parametrize(
    ("pack", "code", "fault"),
    [
        ("lung", 2, "measuremart has a pack 'lung', too"),
        ("reports", 2, "is the name of a layer"),
        ("Stroke", 2, "Stroke"),
        ("a" * 24, 2, "longer than 23 characters"),
        ("bowel", 7, "is there already"),
    ],
)
def test_a_new_pack_is_refused(repository: Path, pack: str, code: int, fault: str) -> None:
    before = files(repository)
    found, said = run("new", "pack", pack, "--project-dir", str(repository))
    assert found == code
    assert fault in " ".join(said.split())
    assert files(repository) == before


def test_the_file_is_not_read_past_dbt_where_schemas_have_other_names(repository: Path) -> None:
    assert not names_schemas_itself(repository)
    macro = repository / "macros" / "generate_schema_name.sql"
    text = macro.read_text(encoding="utf-8")
    macro.write_text(text + "{# mine #}", encoding="utf-8")
    assert names_schemas_itself(repository)
    macro.write_text(text, encoding="utf-8")
    with (repository / "dbt_project.yml").open("a", encoding="utf-8") as file:
        file.write("models: {measuremart: {marts: {+schema: quality}}}\n")
    assert names_schemas_itself(repository)
