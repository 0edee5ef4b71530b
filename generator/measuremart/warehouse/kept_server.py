"""dbt in a process that stays: a line of JSON in for each command, a line of JSON out with how it ended.

Run as a script, never imported: measuremart itself knows dbt as a command only. A command takes dbt three seconds to
import before it does anything; here that is paid once. dbt's own files hold the parsed project between commands.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def serve() -> None:
    """Answer each line of the input until it ends.

    A line has `arguments` of dbt, and `said`, the file for what dbt prints. The answer has `success`, `error` where dbt
    could not start, and of each node that was built or failed its name, status and message.
    """
    folder = os.getcwd()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    from dbt.cli.main import dbtRunner

    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        os.chdir(folder)  # some commands of dbt go to the project; paths in a profile are seen from here
        printed = os.open(asked["said"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.dup2(printed, 1)
        os.dup2(printed, 2)
        os.close(printed)
        result = dbtRunner().invoke(asked["arguments"])
        sys.stdout.flush()
        sys.stderr.flush()
        error = None if result.exception is None else str(result.exception)
        nodes = [
            (r.node.name, str(r.status), r.message) for r in getattr(result.result, "results", ()) if hasattr(r, "node")
        ]
        answer: dict[str, Any] = {"success": result.success, "error": error, "nodes": nodes}
        _let_go_of_the_file()
        print(json.dumps(answer), file=answers, flush=True)


def _let_go_of_the_file() -> None:
    """Close a DuckDB file: while it is open here, no other program may open it."""
    connections = sys.modules.get("dbt.adapters.duckdb.connections")
    if connections is not None:
        connections.DuckDBConnectionManager.close_all_connections()


if __name__ == "__main__":
    serve()
