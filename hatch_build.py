"""Puts the dbt package into the wheel: what `measuremart sync` writes into a hospital's own repository."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Runtime(BuildHookInterface):
    """Copies the parts that runtime.py lists; an editable install reads them in the repository instead."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the parts to a wheel that is to be installed elsewhere."""
        if version == "standard":
            parts = runpy.run_path(str(Path(self.root) / "generator" / "measuremart" / "runtime.py"))["PARTS"]
            build_data["force_include"] |= {part: f"measuremart/_runtime/{part}" for part in parts}
