"""A hospital's own repository: a dbt project that has measuremart as a package in its folder `measuremart/`.

The dbt project of measuremart itself is no such repository: its models stand in it directly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from measuremart.definitions.pack import PACK_FILE, Pack, read_pack
from measuremart.pack_files import ShippedPacks
from measuremart.problems import did_you_mean
from measuremart.runtime import runtime_folder, shipped_packs
from measuremart.source import SourceError, read_file

# The folder of the package in a repository, and the package's name.
PACKAGE = "measuremart"


class RepositoryError(Exception):
    """A file of the repository that is not as it must be; the message is for a person."""


def is_repository(project: Path) -> bool:
    """Say whether a dbt project takes measuremart as a package from its own folder."""
    packages = _mapping(project / "packages.yml").get("packages")
    local = [one.get("local") for one in packages if isinstance(one, dict)] if isinstance(packages, list) else []
    return any(str(path).removeprefix("./").rstrip("/") == PACKAGE for path in local)


def package_folder(project: Path) -> Path:
    """Return the folder in which a project has the macros and models of measuremart."""
    return project / PACKAGE if is_repository(project) else project


def shipped_for(project: Path, definitions: Path) -> ShippedPacks:
    """Return the shipped packs of a repository, and which are read.

    Those are read that the variable `packs` in dbt_project.yml names, those that a pack in `definitions` needs, those
    that are always built, and all that these need. Raises `RepositoryError` where `packs` names a pack that is nowhere.
    """
    runtime = runtime_folder()
    names = shipped_packs(runtime)
    shipped = {name: _pack(runtime / "definitions" / name) for name in names}
    own = {found.name: _pack(found) for found in sorted(definitions.iterdir()) if found.is_dir()}
    asked = asked_packs(project)
    for name in asked:
        if name not in shipped and name not in own:
            raise RepositoryError(_unknown(name, own, names))
    always = [name for name, pack in shipped.items() if _is_always_built(pack)]
    needed = [name for pack in own.values() if pack is not None for name in pack.needs]
    read = _with_their_needs([*always, *asked, *needed], shipped)
    return ShippedPacks(runtime / "definitions", f"{PACKAGE}/definitions", tuple(names), read)


def packs_with_needs(names: Iterable[str]) -> list[str]:
    """Return shipped packs with those that they need, those first: what the variable `packs` names to build them."""
    runtime = runtime_folder()
    shipped = {name: _pack(runtime / "definitions" / name) for name in shipped_packs(runtime)}
    asked = [name for name in names if not _is_always_built(shipped[name])]
    needed = sorted(_with_their_needs(asked, shipped) - set(asked))
    return [name for name in needed if not _is_always_built(shipped[name])] + asked


def _is_always_built(pack: Pack | None) -> bool:
    return pack is not None and pack.built == "always"


def asked_packs(project: Path) -> list[str]:
    """Return the packs that dbt_project.yml names: its variable `packs`, or that of the package alone."""
    packs = project_variable(project, "packs")
    if packs is None:
        return []
    if not isinstance(packs, list) or not all(isinstance(name, str) for name in packs):
        raise RepositoryError(f"dbt_project.yml: the variable packs is '{packs}'; it is a list, such as [lung]")
    return packs


def project_variable(project: Path, name: str) -> Any:
    """Return what dbt_project.yml says of a variable, None where it says nothing; that of the package alone goes first.

    Raises `RepositoryError` where the file cannot be read.
    """
    variables = _mapping(project / "dbt_project.yml").get("vars")
    variables = variables if isinstance(variables, dict) else {}
    of_package = variables.get(PACKAGE)
    return of_package[name] if isinstance(of_package, dict) and name in of_package else variables.get(name)


def has_no_episodes(project: Path) -> bool:
    """Say whether dbt_project.yml tells that its OMOP source has no table of episodes. Raises `RepositoryError`."""
    if project_variable(project, "omop_source") in (None, "demo"):
        return False
    absent = project_variable(project, "absent_tables")
    is_absent = isinstance(absent, list) and "episode" in absent
    return is_absent or str(project_variable(project, "cdm_version")) == "5.3"


def _unknown(name: str, own: Iterable[str], shipped: Iterable[str]) -> str:
    hint = did_you_mean(name, [*own, *shipped])
    return (
        f"dbt_project.yml: the variable packs names '{name}', and there is no such pack{hint}: definitions/ has "
        f"{', '.join(own) or 'none'}, measuremart has {', '.join(shipped)}"
    )


def _with_their_needs(names: Iterable[str], shipped: Mapping[str, Pack | None]) -> frozenset[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in shipped and name not in found:
            found.add(name)
            pack = shipped[name]
            waiting += pack.needs if pack is not None else ()
    return frozenset(found)


def _pack(folder: Path) -> Pack | None:
    """Return what a `pack.yml` says, None where there is none or it is wrong: reading the definitions says what."""
    file = folder / PACK_FILE
    if not file.is_file():
        return None
    try:
        return read_pack(read_file(file, PACK_FILE))[0]
    except SourceError:
        return None


def _mapping(file: Path) -> dict[str, Any]:
    """Return a file of dbt as a mapping, {} where there is none. Raises `RepositoryError` where it is no YAML."""
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RepositoryError(f"{file.name} cannot be read: {' '.join(str(error).split())}") from None
    return found if isinstance(found, dict) else {}
