"""A hospital's own repository, from the wheel: made, built on both engines, upgraded, edited, and taken back."""

import csv
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import repository_pages as pages
import yaml
from measuremart import __version__
from measuremart.runtime import PARTS
from postgres_builds import environment, postgres_schemas

ROOT = Path(__file__).resolve().parents[2]
# The next release: docs/how-to/own-repository.md shows an upgrade to it.
NEWER = f"0.{int(__version__.split('.')[1]) + 1}.0"
SITE = Path(sysconfig.get_path("purelib"))

pytestmark = pytest.mark.xdist_group("own_repository")

WARD = """\
subqueries:
  ward_visit: {description: Visits to the ward., target: visit, resolve_by: person, rules: [{exact: 9201}]}
  outpatient_visit: {description: Visits as an outpatient., target: visit, resolve_by: person, rules: [{exact: 9202}]}
measures:
  seen_on_ward: {description: Persons seen on the ward., first: ward_visit}
  seen_as_outpatient: {description: Persons seen as outpatients., subquery: outpatient_visit}
cohorts:
  ward: {description: Persons of the ward., title: Ward, definitions: {all: seen_on_ward}}
indicators:
  ward_and_outpatient:
    title: Also an outpatient
    description: Of all persons of the ward, those who were outpatients at any time.
    denominator: full_cohort
    numerator: seen_as_outpatient
reports:
  ward: {title: Ward, description: Persons of the ward., cohorts: [ward], indicators: [ward_and_outpatient]}
"""
INSTEAD = """
models:
  measuremart:
    core: {staging: {omop: {stg_omop__visit_occurrence: {+enabled: false}}}}
"""


def said_of_ward(greatest_person: int) -> tuple[int, int]:
    """Who is eligible and who is met in the report, from the files of the demo."""
    seeds = ROOT / "seeds" / "demo"

    def rows(table: str) -> list[dict[str, str]]:
        with (seeds / f"demo__{table}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    persons = {row["person_id"] for row in rows("person") if int(row["person_id"]) <= greatest_person}
    seen = {
        concept: {row["person_id"] for row in rows("visit_occurrence") if row["visit_concept_id"] == concept} & persons
        for concept in ("9201", "9202")
    }
    return len(seen["9201"]), len(seen["9201"] & seen["9202"])


@dataclass
class Installed:
    """A virtual environment with dbt and the packages that the wheel needs, and measuremart once it is installed."""

    folder: Path

    @property
    def python(self) -> str:
        return str(self.folder / "bin" / "python")

    def install(self, wheel: Path) -> None:
        run([sys.executable, "-m", "pip", "-q", "--python", self.python, "install", "--no-deps", "--no-index",
             "--force-reinstall", str(wheel)], self.folder)  # fmt: skip

    def run(self, command: str, folder: Path, code: int = 0, **more: str) -> str:
        """Run a line of a shell as a user has it: the commands of this environment come first."""
        variables = {name: value for name, value in os.environ.items() if not name.startswith(("DBT_", "MEASUREMART_"))}
        path = os.pathsep.join([str(self.folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
        return run(["bash", "-c", command], folder, code, **(variables | {"PATH": path} | more))


def run(command: list[str], folder: Path, code: int = 0, **variables: str) -> str:
    done = subprocess.run(command, cwd=folder, env=variables or None, capture_output=True, text=True, check=False)
    assert done.returncode == code, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def wheel_of(source: Path, folder: Path) -> Path:
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], source)
    (wheel,) = folder.glob("*.whl")
    return wheel


def copied(folder: Path) -> Path:
    """A copy of all that the wheel is built of."""
    for part in (*PARTS, "generator", "pyproject.toml", "hatch_build.py", "README.md"):
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(ROOT / part, folder / part)
    return folder


def changed(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text, file
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel of this commit, and one of a newer version with a changed template and a changed mart."""
    folder = tmp_path_factory.mktemp("wheels")
    source = copied(folder / "source")
    this = wheel_of(source, folder / "this")
    changed(source / "generator/measuremart/__init__.py", __version__, NEWER)
    templates = source / "generator/measuremart/render/templates"
    changed(templates / "member_model.sql.jinja", "<< header >>", "<< header >>\n-- A line of the newer version.")
    changed(source / "models/marts/agg_indicator.sql", "\n", "\n-- Another one.\n")
    news = f"## [{NEWER}]\n\n### What changed a result\n\n- Every rate is twice what it was.\n\n## [{__version__}]"
    changed(source / "CHANGELOG.md", f"## [{__version__}]", news)
    return this, wheel_of(source, folder / "newer")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, wheels: tuple[Path, Path]) -> Installed:
    """An environment in which `pip install` of the wheel is the one thing done, beside the packages that it needs."""
    here = Installed(tmp_path_factory.mktemp("installed"))
    run([sys.executable, "-m", "venv", "--without-pip", str(here.folder)], here.folder)
    (site,) = here.folder.glob("lib/python*/site-packages")
    (site / "needed.pth").write_text(f"{SITE}\n", encoding="utf-8")
    # without measuremart: a .pth file of SITE, such as that of an editable install, is not read from here
    run(
        [here.python, "-c", "import dbt.cli.main, importlib.util as u; assert u.find_spec('measuremart') is None"], site
    )
    here.install(wheels[0])
    return here


def alone(folder: Path) -> str:
    """The command of a dbt in an environment of its own, which has no measuremart."""
    place = folder / "alone"
    run([sys.executable, "-m", "venv", "--without-pip", str(place)], folder)
    (site,) = place.glob("lib/python*/site-packages")
    (site / "needed.pth").write_text(f"{SITE}\n", encoding="utf-8")
    run(
        [str(place / "bin" / "python"), "-c", "import importlib.util as u; assert not u.find_spec('measuremart')"], site
    )
    return f"{place}/bin/python -c 'from dbt.cli.main import cli; cli()' --quiet --log-level-file none"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory, installed: Installed) -> Path:
    """A repository as `measuremart init` makes it, with a pack of its own; committed."""
    folder = tmp_path_factory.mktemp("hospital") / "st-marys"
    said = installed.run(f"measuremart init {folder.name}", folder.parent)
    assert "the pack definitions/bowel" in said
    (folder / "definitions" / "ward").mkdir()
    (folder / "definitions" / "ward" / "pack.yml").write_text("title: Ward\nreport: ward\n", encoding="utf-8")
    (folder / "definitions" / "ward" / "ward.yml").write_text(WARD, encoding="utf-8")
    changed(folder / "dbt_project.yml", "packs: [bowel]", "packs: [ward]")
    assert "models/generated/ward: " in installed.run("measuremart sync --check", folder, code=1)
    assert "models/generated/ward: " in installed.run("measuremart sync", folder)
    assert installed.run("measuremart sync --check", folder) == "measuremart/ is current\n"
    committed(installed, folder)
    return folder


# pip takes the wheel of this commit, then that of the newer version; the newer one is there only after the upgrade.
PIP = """
export PATH={path}:"$PATH"
pip() {{
    if test "$*" = "install -U measuremart"; then
        {python} -m pip --quiet --python {installed} install --no-deps --no-index --force-reinstall {newer}
    else
        test "$*" = "install measuremart"
    fi
}}
"""


def test_the_page_as_written(installed: Installed, wheels: tuple[Path, Path], tmp_path: Path) -> None:
    """docs/how-to/own-repository.md: from nothing over a change, a pack and an upgrade to a file that was edited."""
    words = {
        "path": installed.folder / "bin",
        "python": sys.executable,
        "installed": installed.python,
        "newer": wheels[1],
    }
    before = PIP.format(**{name: shlex.quote(str(word)) for name, word in words.items()})
    try:
        pages.run("own-repository.md", tmp_path / "run", before=before)
    finally:
        installed.install(wheels[0])


def committed(installed: Installed, folder: Path) -> None:
    installed.run("git init -q && git add -A && git -c user.name=me -c user.email=me@here commit -qm all", folder)


def report_of(said: str) -> tuple[int, int]:
    line = next(line for line in said.splitlines() if line.startswith("Also an outpatient"))
    eligible, met = line.removeprefix("Also an outpatient").split()[:2]
    return int(eligible), int(met)


def test_it_is_built_on_duckdb_as_its_ci_does(repository: Path, installed: Installed) -> None:
    workflow = yaml.safe_load((repository / ".github/workflows/measuremart.yml").read_text(encoding="utf-8"))
    steps = [step["run"] for step in workflow["jobs"]["checks"]["steps"] if "run" in step]
    assert steps[0] == "pip install -r requirements.txt"
    assert (repository / "requirements.txt").read_text(encoding="utf-8").endswith(f"measuremart=={__version__}\n")
    # settings of the hospital's own data, which the build over the demo must not take over
    changed(repository / "dbt_project.yml", "absent_tables: []", "absent_tables: [visit_occurrence]")
    for step in steps[1:]:
        installed.run(step, repository)
    installed.run("git checkout -q dbt_project.yml", repository)
    assert report_of(installed.run("measuremart report", repository)) == said_of_ward(10**9)
    listed = installed.run("dbt --quiet ls --selector marts --resource-type model", repository)
    assert "measuremart.marts.agg_indicator\n" in listed
    with duckdb.connect(str(repository / "warehouse.duckdb")) as connection:
        connection.execute("create schema omop; create table omop.death as from demo.demo__death")
    # the macros of the doctor, in a project of another name
    said = installed.run("measuremart doctor --vars '{omop_source: schema}'", repository, code=8)
    assert "18 that a build reads are not in schema omop" in said
    assert "table death" in said
    # days are read as measuremart reads them, in a query that belongs to no model
    freshness = "dbt source freshness --select source:omop.death --vars '{omop_source: schema}'"
    assert "1 of 1 WARN freshness of omop.death" in installed.run(f"{freshness} --no-use-colors", repository)
    assert installed.run("git status --porcelain", repository) == "?? package-lock.yml\n"


def test_a_relation_is_replaced_in_one_transaction(repository: Path, installed: Installed, tmp_path: Path) -> None:
    """As macros/engine/replace_relation.sql says: dbt takes such a macro from a repository's own files alone.

    Runs after the build above.
    """
    installed.run(
        f"dbt --quiet --log-path {tmp_path} --log-level-file debug run --select agg_indicator fct_indicator_result",
        repository,
    )
    said = (tmp_path / "dbt.log").read_text(encoding="utf-8")
    for name, kind in (("agg_indicator", "table"), ("fct_indicator_result", "view")):
        of_model = [
            part for part in said.split("Using duckdb connection ") if part.startswith(f'"model.measuremart.{name}"')
        ]
        (begun,) = [number for number, part in enumerate(of_model) if "BEGIN" in part]
        assert f'drop {kind} if exists "warehouse"."marts"."{name}";' in of_model[begun + 1]
        assert re.search(rf"^\s*create +{kind}\b", of_model[begun + 1], re.MULTILINE)
        # A table is compared with its contract before; nothing begins or is taken back in between.
        assert any("COMMIT" in part for part in of_model[begun + 1 :])
        assert not re.search("__dbt_(tmp|backup)|ROLLBACK", "".join(of_model))


def test_what_a_change_reaches_is_built_against_the_manifest_that_ci_keeps(
    repository: Path, installed: Installed, tmp_path: Path
) -> None:
    workflow = yaml.safe_load((repository / ".github/workflows/measuremart.yml").read_text(encoding="utf-8"))
    (kept,) = [
        step["with"] for step in workflow["jobs"]["checks"]["steps"] if "upload-artifact" in step.get("uses", "")
    ]
    clone = tmp_path / "clone"
    installed.run(f"git clone -q {repository} {clone}", tmp_path)
    installed.run("cp profiles.yml.example profiles.yml && dbt deps --quiet && dbt parse --quiet", clone)
    installed.run(f"mkdir -p state && cp {kept['path']} state/", clone)
    listed = "dbt --quiet ls --select state:modified+ --state state --resource-type model"
    assert installed.run(listed, clone) == ""
    window = "    numerator_window: {before: {days: 0}, after: {days: 28}}\n"
    changed(clone / "definitions/ward/ward.yml", "    numerator: seen_as", f"{window}    numerator: seen_as")
    installed.run("measuremart sync", clone)
    reached = {line.rpartition(".")[2] for line in installed.run(listed, clone).splitlines()}
    assert {"evidence__ward__ward_and_outpatient", "indicator_result", "agg_indicator"} <= reached
    assert {name for name in reached if name.startswith(("stg_", "target_", "match_", "measure__", "cohort_"))} == set()


# What `measuremart report` reads.
READ_BY_REPORT = (
    "+agg_indicator +dim_indicator +dim_report +fct_source_freshness +agg_attribution +dim_unavailable "
    "+fct_dropped_event +fct_empty_definition"
)


@pytest.mark.long
def test_dbt_alone_builds_a_clone_on_postgres_with_staging_of_its_own_and_after_an_upgrade(
    repository: Path, installed: Installed, wheels: tuple[Path, Path], postgres_dsn: str, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    installed.run(f"git clone -q {repository} {clone}", tmp_path)
    (clone / "models").mkdir()
    # a copy of our staging of visits, changed: half of the persons
    own = clone / "models" / "stg_omop__visit_occurrence.sql"
    shutil.copy(clone / "measuremart/models/core/staging/omop" / own.name, own)
    read = "from {{ measuremart.omop_table('visit_occurrence') }}"
    changed(own, read, f"{read}\n    where {{{{ measuremart.to_bigint('person_id') }}}} <= 100")
    own.write_text("{{ config(schema='staging') }}\n" + own.read_text(encoding="utf-8"), encoding="utf-8")
    with (clone / "dbt_project.yml").open("a", encoding="utf-8") as file:
        file.write(INSTEAD)
    committed(installed, clone)
    dbt = alone(tmp_path)
    schema = "own_repository"
    with postgres_schemas(postgres_dsn, schema) as rows:
        variables = environment(postgres_dsn, schema)
        command = f"cp profiles.yml.example profiles.yml && {dbt} deps && {dbt} build --target postgres"
        installed.run(f"{command} --select {READ_BY_REPORT} --exclude-resource-type test", clone, **variables)
        report = installed.run("measuremart report --target postgres", clone, **variables)
        staged = rows("select count(*), max(person_id) <= 100 from staging.stg_omop__visit_occurrence")
        assert staged[0][1] is True
        assert report_of(report) == said_of_ward(100)
        # what a newer version changes is built, and the report says the same; so after a downgrade
        reached = " ".join(f"{one},state:modified+" for one in READ_BY_REPORT.split())
        reached = f"{dbt} build --target postgres --state state --select {reached} --exclude-resource-type test"
        for wheel in (wheels[1], wheels[0]):
            installed.run("mkdir -p state && cp target/manifest.json state/", clone)
            try:
                installed.install(wheel)
                installed.run("measuremart sync", clone)
                paths = installed.run("git diff --name-only", clone).splitlines()
                assert {path.split("/")[0] for path in paths} == ({"measuremart"} if wheel == wheels[1] else set())
                rows("drop table marts.agg_indicator cascade")
                installed.run(reached, clone, **variables)
                assert report_of(
                    installed.run("measuremart report --target postgres", clone, **variables)
                ) == said_of_ward(100)
            finally:
                installed.install(wheels[0])


def test_an_upgrade_changes_the_folder_only_and_says_what_changed_a_result(
    repository: Path, installed: Installed, wheels: tuple[Path, Path], tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    installed.run(f"git clone -q {repository} {clone}", tmp_path)
    before = {path: path.read_bytes() for path in sorted((clone / "measuremart").rglob("*")) if path.is_file()}
    try:
        installed.install(wheels[1])
        assert f"{NEWER} is installed: run" in installed.run("measuremart build", clone, code=7)
        said = installed.run("measuremart sync", clone)
        assert f"upgrade of measuremart: {__version__} to {NEWER}" in said
        assert f"{NEWER}: what changed a result\n- Every rate is twice what it was." in said
        assert "models/marts: 1 changed" in said
        paths = installed.run("git diff --name-only", clone).splitlines()
        assert {path.split("/")[0] for path in paths} == {"measuremart"}
        assert "measuremart/models/generated/ward/measures/measure__seen_on_ward.sql" in paths
        installed.run("measuremart sync --check", clone)
    finally:
        installed.install(wheels[0])
    said = installed.run("measuremart sync", clone)
    assert f"downgrade of measuremart: {NEWER} to {__version__}" in said
    assert f"{NEWER}: what changed a result, and is taken back\n- Every rate is twice what it was." in said
    assert installed.run("git status --porcelain", clone) == ""
    assert {path: path.read_bytes() for path in sorted((clone / "measuremart").rglob("*")) if path.is_file()} == before


@pytest.mark.long
def test_an_upgrade_from_the_previous_commit_changes_the_folder_only_and_dbt_alone_builds_it(
    installed: Installed, wheels: tuple[Path, Path], postgres_dsn: str, tmp_path: Path
) -> None:
    """The commit before this one, as git has it: a shallow clone needs two commits."""
    before = tmp_path / "before"
    before.mkdir()
    installed.run(f"git -C {ROOT} archive HEAD~1 | tar -x -C {before}", tmp_path)
    repository = tmp_path / "st-marys"
    try:
        installed.install(wheel_of(before, tmp_path / "wheel"))
        installed.run(f"measuremart init {repository.name}", tmp_path)
        committed(installed, repository)
        assert installed.run("measuremart sync --check", repository) == "measuremart/ is current\n"
    finally:
        installed.install(wheels[0])
    installed.run("measuremart sync", repository)
    assert installed.run("measuremart sync --check", repository) == "measuremart/ is current\n"
    paths = installed.run("git status --porcelain", repository).splitlines()
    assert {path[3:].split("/")[0] for path in paths} <= {"measuremart"}
    dbt = alone(tmp_path)
    installed.run(f"cp profiles.yml.example profiles.yml && {dbt} deps && {dbt} build --select +tag:bowel", repository)
    with duckdb.connect(str(repository / "warehouse.duckdb"), read_only=True) as connection:
        members = connection.sql("select * from measures.measure__bowel_cancer order by all").fetchall()
    assert members
    schema = "upgraded_repository"
    with postgres_schemas(postgres_dsn, schema) as rows:
        select = "+measure__bowel_cancer --exclude-resource-type test"
        installed.run(
            f"{dbt} build --target postgres --select {select}", repository, **environment(postgres_dsn, schema)
        )
        assert sorted(rows(f"select * from {schema}_measures.measure__bowel_cancer"), key=str) == sorted(
            members, key=str
        )


def test_a_file_that_was_edited_is_named_and_nothing_is_written(
    repository: Path, installed: Installed, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    installed.run(f"git clone -q {repository} {clone}", tmp_path)
    package = clone / "measuremart"
    changed(package / "models/marts/agg_indicator.sql", "select", "select  ")
    (package / "LICENSE").unlink()
    (package / "models/mine.sql").write_text("select 1 as a\n", encoding="utf-8")
    changed(clone / "definitions/ward/ward.yml", "Visits to the ward.", "Visits to a ward.")
    before = {path: path.read_bytes() for path in sorted(clone.rglob("*")) if path.is_file()}
    for command, code in (("measuremart sync", 7), ("measuremart build", 7), ("measuremart sync --check", 1)):
        said = installed.run(command, clone, code)
        assert "measuremart/models/marts/agg_indicator.sql was edited\n" in said
        assert "measuremart/LICENSE was removed\n" in said
        assert "measuremart/models/mine.sql was not written by measuremart\n" in said
        assert {path: path.read_bytes() for path in sorted(clone.rglob("*")) if path.is_file()} == before
    installed.run("measuremart sync --force", clone)
    assert not (package / "models/mine.sql").exists()
    paths = installed.run("git diff --name-only", clone).splitlines()
    assert "measuremart/models/marts/agg_indicator.sql" not in paths
    assert "measuremart/models/generated/ward/matches/match__ward_visit.sql" in paths
