"""The command as a process: it answers on loopback, finishes what it has begun, and ends without a word."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from dbt_runs import ROOT, Warehouse

pytestmark = pytest.mark.xdist_group("web")


def test_it_serves_until_it_is_told_to_end(marts: Warehouse) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from measuremart.cli import main; main()", "serve", "--no-sign-in"]
    command += ["--port", str(port), "--project-dir", str(ROOT), "--profiles-dir", str(marts.folder / "profiles")]
    environment = os.environ | {"MEASUREMART_DUCKDB": str(marts.database)}
    with subprocess.Popen(
        [*command, "--target", "duckdb"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health")
                break
            except urllib.error.URLError:
                assert server.poll() is None
                time.sleep(0.3)
        page = urllib.request.urlopen(f"http://localhost:{port}/reports/lung_mdt?period=2024")
        assert page.status == 200
        server.send_signal(signal.SIGTERM)
        said, wrong = server.communicate(timeout=60)
    assert said == f"measuremart serves http://127.0.0.1:{port}/ until Ctrl-C\n"
    assert "period=2024" not in wrong
    assert "Traceback" not in wrong
    assert server.returncode in (0, -signal.SIGTERM)
