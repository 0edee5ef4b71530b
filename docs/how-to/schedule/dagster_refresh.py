"""Dagster: the refresh as a job with a schedule.

Copy this into schedule/ of your repository, then: `dagster dev -f schedule/dagster_refresh.py`. Dagster is an extra:
`pip install 'measuremart[dagster]'`. MEASUREMART_DBT_OPTIONS holds further options of dbt, as one would
write them in a shell.
"""

import os
import shlex
import subprocess
from pathlib import Path

# Dagster reports its use to its makers unless it is told not to, before it is imported.
os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")

import dagster

SCRIPT = Path(__file__).with_name("refresh.sh")
PROJECT = Path(os.environ.get("MEASUREMART_PROJECT", Path(__file__).parents[1]))


def refresh(audience: str, cron: str) -> dagster.ScheduleDefinition:
    """A job that runs refresh.sh for an audience, and its schedule. Another run under way (75) is tried again later."""

    @dagster.op(name=f"refresh_{audience}", retry_policy=dagster.RetryPolicy(max_retries=2, delay=600))
    def run(context: dagster.OpExecutionContext) -> None:
        options = shlex.split(os.environ.get("MEASUREMART_DBT_OPTIONS", ""))
        done = subprocess.run(
            ["sh", str(SCRIPT), audience, *options], cwd=PROJECT, capture_output=True, text=True, check=False
        )
        context.log.info(done.stdout[-20_000:])
        if done.returncode == 75:
            raise dagster.RetryRequested(max_retries=6, seconds_to_wait=600)
        if done.returncode != 0:
            raise dagster.Failure(f"refresh.sh {audience} exited {done.returncode}: {done.stderr[-2000:]}")

    @dagster.job(name=f"{audience}_figures")
    def job() -> None:
        run()

    return dagster.ScheduleDefinition(job=job, cron_schedule=cron, execution_timezone="Europe/London")


defs = dagster.Definitions(schedules=[refresh("clinicians", "15 3 * * *")])
