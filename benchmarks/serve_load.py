"""Pages under load while dbt builds: the 99th percentile beside the median of an idle server.

    python -m benchmarks.serve_load                      # 50 clients for 60 seconds
    python -m benchmarks.serve_load --clients 8 --seconds 10 --built build/demo/dashboard.duckdb

A server of its own listens on loopback over a DuckDB file of the demo. One client asks first, alone; then many ask at
the same time, each the next address as soon as it has an answer, while `dbt build` writes the same file again with
another `as_of`. Exit code 1 where an answer is 5xx, where answers of one build name two days, or where one answer does.
Seconds of different machines, or of a busy one, say little; the ratio is within one run.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
PACKS = ["oncology", "lung", "epilepsy12"]
DAYS = ("2025-12-31", "2026-01-31")
E12 = "/reports/epilepsy12"
ADDRESSES = (
    "/", "/reports/lung_mdt", E12, f"{E12}?part=organisation:EN001", f"{E12}/indicators/ecg",
    f"{E12}/indicators/ecg?part=organisation:EN001&level=trust", f"{E12}/organisations/organisation/EN001",
    "/reports/lung_mdt/indicators/mdt_discussion", f"/api/v1{E12}/results?level=trust&period=cohort_6",
    f"/api/v1{E12}/trend?level=country", "/fhir/MeasureReport?report=epilepsy12&level=country",
)  # fmt: skip


class Asked:
    """What was answered: seconds by request, statuses, and the days that each build names."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.seconds: list[float] = []
        self.statuses: dict[int, int] = {}
        self.days: dict[str, set[str]] = {}

    def note(self, address: str, status: int, seconds: float, body: bytes) -> None:
        """Keep one answer."""
        with self.lock:
            self.seconds.append(seconds)
            self.statuses[status] = self.statuses.get(status, 0) + 1
            if status != 200:
                return
            if address.startswith("/api/"):
                said = json.loads(body)
                self.days.setdefault(said["build"], set()).add(said["as_of"])
            if address.startswith("/fhir/"):
                named = {entry["resource"]["date"] for entry in json.loads(body).get("entry", [])}
                self.days.setdefault(f"an answer of {' '.join(sorted(named))}", set()).update(named)

    def at(self, percent: float) -> float:
        """Return a percentile of the seconds."""
        return statistics.quantiles(self.seconds, n=1000, method="inclusive")[int(percent * 10) - 1]


def ask(port: int, asked: Asked, end: float, start: int) -> None:
    """Ask one address after the other on one connection until a moment, or once through all for `end` 0."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    number = 0
    while (time.monotonic() < end) if end else (number < 2 * len(ADDRESSES)):
        address = ADDRESSES[(start + number) % len(ADDRESSES)]
        began = time.perf_counter()
        connection.request("GET", address)
        answer = connection.getresponse()
        body = answer.read()
        asked.note(address, answer.status, time.perf_counter() - began, body)
        number += 1
    connection.close()


def dbt(work: Path, day: str, database: Path) -> subprocess.Popen[bytes]:
    """Begin a build in a process of its own."""
    command = [sys.executable, "-m", "dbt.cli.main", "--quiet", "--log-level-file", "none", "build"]
    command += ["--exclude-resource-type", "test", "--project-dir", str(ROOT), "--profiles-dir", str(work)]
    command += ["--target", "duckdb", "--target-path", str(work / "target"), "--log-path", str(work / "logs")]
    command += ["--vars", yaml.safe_dump({"packs": PACKS, "demo_as_of": day}, default_flow_style=True)]
    return subprocess.Popen(command, env=os.environ | {"MEASUREMART_DUCKDB": str(database)})


def serve(work: Path, port: int, database: Path) -> subprocess.Popen[bytes]:
    """Begin to serve; return when it answers."""
    command = [sys.executable, "-c", "from measuremart.cli import main; main()", "serve", "--no-sign-in"]
    command += ["--port", str(port), "--project-dir", str(ROOT), "--profiles-dir", str(work), "--target", "duckdb"]
    server = subprocess.Popen(command, env=os.environ | {"MEASUREMART_DUCKDB": str(database)})
    while server.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
            connection.request("GET", "/health")
            connection.getresponse().read()
            connection.close()
        except OSError:
            time.sleep(0.3)
        else:
            return server
    raise SystemExit("the server has ended")


def main() -> int:
    """Return 0 where nothing is wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--built", type=Path, help="A DuckDB file that the demo of both reports is built in: copied.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        database = work / "served_by_benchmark.duckdb"
        profile: dict[str, Any] = yaml.safe_load((ROOT / "profiles.example.yml").read_text(encoding="utf-8"))
        profile["measuremart"]["outputs"]["duckdb"]["retries"] = {"connect_attempts": 6}
        (work / "profiles.yml").write_text(yaml.safe_dump(profile), encoding="utf-8")
        if given.built:
            shutil.copyfile(given.built, database)
        elif dbt(work, DAYS[0], database).wait():
            raise SystemExit("the demo cannot be built")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = serve(work, port, database)
        try:
            return measure(given.clients, given.seconds, port, work, database)
        finally:
            server.terminate()
            server.wait()


def measure(clients: int, seconds: int, port: int, work: Path, database: Path) -> int:
    """Ask alone, then together while a build writes; print what was seen."""
    idle, loaded = Asked(), Asked()
    ask(port, idle, 0, 0)
    build = dbt(work, DAYS[1], database)
    end = time.monotonic() + seconds
    threads = [threading.Thread(target=ask, args=(port, loaded, end, number)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wrote = build.poll() is None
    faults = sum(count for status, count in loaded.statuses.items() if status >= 500)
    print(f"clients {clients}, seconds {seconds}, answers {len(loaded.seconds)}: {loaded.statuses}")
    print(f"idle p50 {idle.at(50):.3f} s; under load p50 {loaded.at(50):.3f} s, p99 {loaded.at(99):.3f} s")
    print(f"p99 under load / p50 idle {loaded.at(99) / idle.at(50):.1f}; 5xx {faults}", flush=True)
    code = build.wait()
    print(f"the build ended with {code}, {'after' if wrote else 'before'} the last answer")
    after = Asked()
    time.sleep(2)
    ask(port, after, 0, 0)
    mixed = sum(len(days) > 1 for asked in (loaded, after) for days in asked.days.values())
    seen = [len([name for name in asked.days if not name.startswith("an answer")]) for asked in (loaded, after)]
    print(f"builds seen meanwhile {seen[0]}, afterwards {seen[1]}; builds or answers of two days {mixed}")
    return 1 if faults or mixed or code else 0


if __name__ == "__main__":
    raise SystemExit(main())
