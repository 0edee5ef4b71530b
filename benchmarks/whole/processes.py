"""A command in a process of its own: its processor seconds and its peak memory, as the system counts them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Finished:
    """A process that has ended well."""

    cpu_seconds: float
    peak_gigabytes: float
    output: str


def finished(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Finished:
    """Run a command to its end; stops the benchmark, with the command's last words, where it fails."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=said, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        output = said.read().decode(errors="replace")
    if process.returncode:
        sys.exit(f"{command[0]} ended with {process.returncode}:\n{output[-3000:]}")
    # Linux counts the peak in kilobytes, macOS in bytes.
    unit = 1e9 if sys.platform == "darwin" else 1e6
    return Finished(round(used.ru_utime + used.ru_stime, 2), round(used.ru_maxrss / unit, 2), output)
