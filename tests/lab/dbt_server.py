"""The `dbt` command, started from a process that has imported it already: an import costs more than many a run.

`run` is what a shell does with `dbt ...`: a process of its own for each command, with its own environment, folder and
output. It is a fork of a server, which holds imported modules and parsed projects, so that commands do not meet.
"""

import atexit
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

_OF_THREAD = threading.local()


def run(arguments: list[str], environment: dict[str, str], folder: Path, parsed: Path | None = None) -> tuple[int, str]:
    """Run `dbt arguments`; return its exit code, and what it said on both outputs.

    `parsed` is the file of the project as dbt has parsed it (parsed_projects.py): the first command writes it, later ones
    read it. It is for whoever asks to say the same file for what parses the same.
    """
    if not hasattr(_OF_THREAD, "server"):
        _OF_THREAD.server = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
    server = _OF_THREAD.server
    with tempfile.NamedTemporaryFile(mode="r", encoding="utf-8", errors="replace") as said:
        asked = {"arguments": arguments, "environment": environment, "folder": str(folder), "said": said.name}
        asked["parsed"] = str(parsed) if parsed else None
        server.stdin.write(json.dumps(asked) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        return code, said.read()


def _serve() -> None:
    """Fork for each line of JSON, and answer its exit code. Ends with its input, which ends with its starter."""
    import dbt.adapters.duckdb
    import dbt.adapters.postgres  # noqa: F401 - what every command would import
    import parsed_projects
    from dbt.cli.main import cli

    for line in sys.stdin:
        asked = json.loads(line)
        manifest = parsed_projects.held(asked["parsed"])
        child = os.fork()
        if child == 0:
            _become(asked["environment"], asked["folder"], asked["said"])
            code = 70
            try:
                if asked["parsed"]:
                    parsed_projects.use(manifest, asked["parsed"])
                cli(asked["arguments"], prog_name="dbt")
                code = 0
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
            except BaseException:
                sys.excepthook(*sys.exc_info())
            finally:
                atexit._run_exitfuncs()  # what a process of its own would do: dbt gives back its semaphores
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(environment: dict[str, str], folder: str, said: str) -> None:
    """Take the place of a new process: its environment, folder, inputs and outputs."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for opened, path, flags in ((0, os.devnull, os.O_RDONLY), (1, said, os.O_WRONLY | os.O_APPEND)):
        given = os.open(path, flags)
        os.dup2(given, opened)
        os.close(given)
    os.dup2(1, 2)


if __name__ == "__main__":
    _serve()
