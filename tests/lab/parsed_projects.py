"""Projects as dbt has parsed them, kept for the commands that come after: parsing costs more than most builds of tests.

Which commands may share one is said by `Warehouse` (tests/engines/dbt_runs.py), and proven by test_parsed_once.py.
"""

import gc
import os
import pickle
from functools import cache
from pathlib import Path
from typing import Any


def held(file: str | None) -> Any:
    """Return the parsed project of a file, read once in this process; None where nobody has written it yet."""
    if file is None or not Path(file).exists():
        return None
    return _read(file)


@cache
def _read(file: str) -> Any:
    with open(file, "rb") as opened:
        manifest = pickle.load(opened)
    # dbt's own pickling names too few fields, so that these stand in each other's places; dbt makes them anew.
    manifest.fixtures = {}
    for name in [name for name in vars(manifest) if name.endswith("_lookup")]:
        setattr(manifest, name, None)
    gc.freeze()  # what is held stays: forks need not look through it, nor copy its pages
    return manifest


def use(manifest: Any, file: str) -> None:
    """Make the dbt of this process take the parsed project, or parse it and write it to the file, for the next ones."""
    from dbt.adapters.factory import get_adapter
    from dbt.context.query_header import generate_query_header_context
    from dbt.parser import manifest as parser

    parse = parser.ManifestLoader.get_full_manifest

    def parsed(config: Any, **options: Any) -> Any:
        if manifest is None:
            found = parse(config, **options)
            _write(found, file)
            return found
        adapter = get_adapter(config)
        adapter.set_macro_resolver(manifest)
        adapter.connections.set_query_header(generate_query_header_context(adapter.config, manifest))
        parser._check_manifest(manifest, config)
        manifest.build_flat_graph()
        return manifest

    parser.ManifestLoader.get_full_manifest = parsed


def _write(manifest: Any, file: str) -> None:
    """Write it whole or not at all: the other worker may write the same."""
    part = f"{file}.{os.getpid()}"
    flat, manifest.flat_graph = manifest.flat_graph, {}
    with open(part, "wb") as opened:
        pickle.dump(manifest, opened)
    manifest.flat_graph = flat
    os.replace(part, file)
