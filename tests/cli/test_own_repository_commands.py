"""`init` and `sync` without dbt: which packs a repository reads, what is refused, and that the same is written each time."""

import json
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from measuremart import __version__
from measuremart.cli import app, main
from measuremart.warehouse.dbt import dbt_command, link_package
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


def test_its_ci_builds_the_whole_demo_whatever_the_settings_of_its_own_data_are(made: Path) -> None:
    workflow = yaml.safe_load((made / ".github/workflows/measuremart.yml").read_text(encoding="utf-8"))
    command = shlex.split([step["run"] for step in workflow["jobs"]["checks"]["steps"] if "run" in step][-1])
    assert command[:2] == ["measuremart", "build"]
    given = yaml.safe_load(command[command.index("--vars") + 1])
    settings = yaml.safe_load((made / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    # what only a source other than the demo is read by, and the packs, stay as they are
    left = settings.keys() - given.keys()
    assert left == {"packs", "omop_schema", "omop_files"}
    assert {name: given[name] for name in settings.keys() & given.keys()} == {
        "omop_source": "demo", "cdm_version": "5.4", "absent_tables": [], "absent_columns": [], "as_of": None,
    }  # fmt: skip


def test_a_copy_is_linked_to_its_own_package(repository: Path, tmp_path: Path) -> None:
    link_package(repository)
    linked = repository / "dbt_packages" / "measuremart"
    assert linked.resolve() == (repository / "measuremart").resolve()
    before = linked.lstat().st_mtime_ns
    link_package(repository)
    assert linked.lstat().st_mtime_ns == before  # a second time, dbt is not started
    copy = shutil.copytree(repository, tmp_path / "copy", symlinks=True)
    linked = copy / "dbt_packages" / "measuremart"
    assert linked.resolve() == (repository / "measuremart").resolve()
    link_package(copy)
    assert linked.resolve() == (copy / "measuremart").resolve()
    # moved away, the link leads nowhere
    moved = copy.rename(tmp_path / "moved")
    linked = moved / "dbt_packages" / "measuremart"
    assert not linked.exists()
    link_package(moved)
    assert linked.resolve() == (moved / "measuremart").resolve()
    assert (linked / "dbt_project.yml").is_file()


def test_dbt_knows_the_selector_of_the_input_and_the_target_of_an_attached_file(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEASUREMART_OMOP_DUCKDB", str(tmp_path / "omop.duckdb"))
    link_package(repository)
    shutil.copy(repository / "profiles.yml.example", repository / "profiles.yml")
    # a model of one's own that takes the place of one of measuremart belongs to the input, another one does not
    with (repository / "dbt_project.yml").open("a", encoding="utf-8") as file:
        file.write("models: {measuremart: {core: {staging: {omop: {stg_omop__death: {+enabled: false}}}}}}\n")
    (repository / "models").mkdir(exist_ok=True)
    shutil.copy(repository / "measuremart/models/core/staging/omop/stg_omop__death.sql", repository / "models")
    (repository / "models/of_marts.sql").write_text("select report from {{ ref('dim_report') }}\n", "utf-8")
    command = [dbt_command(), "--quiet", "--no-use-colors", "ls", "--selector", "input", "--resource-type", "model"]
    command += ["--target", "duckdb_attached", "--project-dir", str(repository), "--profiles-dir", str(repository)]
    done = subprocess.run([*command, "--output", "path"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    paths = {Path(line) for line in done.stdout.split()}
    assert "stg_omop__death" in {path.stem for path in paths}
    assert {path.parts[1] for path in paths} == {"core", "stg_omop__death.sql"}
    staging = {path.stem for path in (repository / "measuremart/models/core/staging/omop").glob("*.sql")}
    assert staging | {"run_context", "episode_of_care", "target__visit"} <= {path.stem for path in paths}


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


GO_BACK = "`git checkout -- measuremart` brings the files back"
MOVE_OUT = "move a file that measuremart did not write out of measuremart/"


def test_check_says_what_sync_says_of_an_edited_file(repository: Path) -> None:
    mart = repository / "measuremart/models/marts/agg_indicator.sql"
    mart.write_text(mart.read_text(encoding="utf-8") + "-- mine\n", encoding="utf-8")
    code, said = sync(repository)
    assert (code, GO_BACK in said, MOVE_OUT in said) == (7, True, False)
    code, said = sync(repository, "--check")
    assert (code, GO_BACK in said, MOVE_OUT in said) == (1, True, False)
    assert "1 file would change, but `measuremart sync` would refuse:" in said
    assert "run `measuremart sync`" not in said
    code, said = sync(repository, "--check", "--force")
    assert (code, said.splitlines()[-1]) == (1, "1 file would change: run `measuremart sync`")


def test_a_file_of_ones_own_in_the_folder_is_to_be_moved_out(repository: Path) -> None:
    mine = repository / "measuremart/models/mine.sql"
    mine.write_text("select 1 as a\n", encoding="utf-8")
    for words, code in (((), 7), (("--check",), 1)):
        found, said = sync(repository, *words)
        assert "measuremart/models/mine.sql was not written by measuremart\n" in said
        assert (found, GO_BACK in said, MOVE_OUT in said) == (code, False, True)
    (repository / "measuremart/LICENSE").unlink()
    _, said = sync(repository)
    assert (GO_BACK in said, MOVE_OUT in said) == (True, True)
    assert mine.is_file()


def test_diff_shows_what_is_read_and_no_hashes(repository: Path) -> None:
    ward(repository)
    code, said = sync(repository, "--diff")
    assert code == 0
    assert "+++ b/models/generated/ward/measures/measure__seen_on_ward.sql\n" in said
    assert "b/manifest.json" not in said
    assert "run `measuremart sync`" in said


def test_build_without_a_profile_says_what_to_copy_and_does_not_start_dbt(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DBT_PROFILES_DIR", "DBT_TARGET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(repository)
    before = files(repository)
    for words, place in (
        ((), tmp_path / "home/.dbt"),
        (("--profiles-dir", "elsewhere"), Path("elsewhere")),
        (("--profiles-dir=elsewhere",), Path("elsewhere")),
    ):
        code, said = run("build", *words)
        assert code == 8
        assert said.splitlines()[-1] == (
            f"dbt has no profile: there is no {place}/profiles.yml; "
            "run `cp profiles.yml.example profiles.yml` in the project, or say --profiles-dir"
        )
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


def test_a_new_pack_that_counts_persons(repository: Path) -> None:
    assert run("new", "pack", "stroke", "--grain", "person", "--project-dir", str(repository))[0] == 0
    code, said = run("validate", "--project-dir", str(repository))
    assert (code, "warning" in said) == (0, False)
    assert run("test", "--pack", "stroke", "--engine", "referee", "--project-dir", str(repository))[0] == 0
    code, said = run("list", "measures", "--pack", "stroke", "--json", "--project-dir", str(repository))
    assert {row["name"]: row["grain"] for row in json.loads(said)} == {
        "stroke_start": "person",
        "stroke_care": "person",
    }
    assert "pisode" not in (repository / "definitions/stroke/stroke.yml").read_text(encoding="utf-8").replace(
        "not to an episode", ""
    )


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


SOURCE_WITHOUT_EPISODES = [
    ({"omop_source": "schema", "absent_tables": ["episode", "episode_event"]}, True),
    ({"omop_source": "files", "cdm_version": "5.3"}, True),
    ({"omop_source": "schema", "measuremart": {"absent_tables": ["episode"]}}, True),
    ({"omop_source": "schema", "absent_tables": ["device_exposure"]}, False),
    ({"omop_source": "demo", "absent_tables": ["episode"]}, False),  # the demo has all tables
]


@pytest.mark.parametrize(("variables", "is_said"), SOURCE_WITHOUT_EPISODES)
def test_validate_advises_where_the_source_has_no_episodes(
    repository: Path, variables: dict[str, object], is_said: bool
) -> None:
    project(repository, **variables)
    code, said = run("validate", "--project-dir", str(repository))
    assert code == 0
    advice = (
        "advice: by dbt_project.yml the source has no table of episodes (absent_tables or cdm_version), so 2 "
        "definitions of episodes will be empty: bowel_cancer_recorded, team_meeting_recorded. Give each resolve_by: "
        "person, or load episodes."
    )
    assert [line for line in said.splitlines() if line.startswith("advice")] == ([advice] if is_said else [])


def test_definitions_of_persons_need_no_episodes(repository: Path) -> None:
    assert run("new", "pack", "stroke", "--grain", "person", "--project-dir", str(repository))[0] == 0
    project(repository, omop_source="schema", absent_tables=["episode"], packs=["stroke"])
    code, said = run("validate", "--project-dir", str(repository))
    assert (code, "advice" in said) == (0, False), said
