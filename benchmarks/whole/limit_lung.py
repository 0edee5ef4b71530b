"""Run the limit (`limit_lung.sql`) over a folder of parquet files.

    python -m benchmarks.whole.limit_lung FOLDER THREADS [DATABASE]

Prints JSON: processor seconds, and for a database that a build has written how far its counts are from the limit's. The
limit knows the rules as they were in autumn 2026, without what a few keys in ten thousand turn on.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from pathlib import Path
from typing import Any

import duckdb
import yaml

ROOT = Path(__file__).resolve().parents[2]
MACROS = """
create temp table listed (name varchar, concept bigint, below boolean, taken_out boolean);
create temp macro below(concept, tag_name) as table
    select tag_name as tag, c from (select concept::bigint as c union select d from anc where a = concept);
create temp macro below_but(concept, tag_name, without) as table
    select tag_name as tag, c from (
        select concept::bigint as c union select d from anc where a = concept
        except (select without::bigint union select d from anc where a = without)
    );
create temp macro these(concepts, tag_name) as table
    select tag_name as tag, unnest(concepts)::bigint as c;
create temp macro members(set_name, tag_name) as table
    select tag_name as tag, c from (
        (
            select concept as c from listed where name = set_name and not taken_out
            union
            select d from anc join listed on a = concept where name = set_name and below and not taken_out
        )
        except (
            select concept from listed where name = set_name and taken_out
            union
            select d from anc join listed on a = concept where name = set_name and below and taken_out
        )
    );
"""
COUNTS = "select indicator, status, is_counted, count(*) from evaluation.indicator_result group by all"


def concept_sets() -> list[tuple[str, int, bool, bool]]:
    """Return name, concept, whether those below it belong, too, and whether it is taken out."""
    found: list[tuple[str, int, bool, bool]] = []
    for pack in ("oncology", "lung"):
        text = (ROOT / "definitions" / pack / "concept_sets.yml").read_text(encoding="utf-8")
        for name, body in yaml.safe_load(text)["concept_sets"].items():
            for concept in body["concepts"]:
                c: dict[str, Any] = {"id": concept} if isinstance(concept, int) else concept
                found.append((name, c["id"], bool(c.get("descendants")), bool(c.get("exclude"))))
    return found


def main(folder: str, threads: int, database: str | None) -> dict[str, object]:
    """Run the limit; its processor seconds count from the first statement that reads the source."""
    sql = (Path(__file__).with_suffix(".sql")).read_text(encoding="utf-8")
    with duckdb.connect(config={"threads": threads}) as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute("set variable folder = ?", [folder])
        tags = sql.index("create temp table tag as")
        before = resource.getrusage(resource.RUSAGE_SELF)
        connection.execute(sql[:tags] + MACROS)
        connection.executemany("insert into listed values (?, ?, ?, ?)", concept_sets())
        for statement in re.split(r";\s*$", sql[tags:], flags=re.MULTILINE):
            if statement.strip():
                connection.execute(statement)
        after = resource.getrusage(resource.RUSAGE_SELF)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        counts = {tuple(key): n for *key, n in connection.execute("select i, status, counted, n from agg").fetchall()}
        keys = connection.execute("select count(*) from cohort").fetchall()[0][0]
    said: dict[str, object] = {"cpu_seconds": round(spent, 2)}
    if database:
        with duckdb.connect(database, read_only=True) as built:
            found = {tuple(key): n for *key, n in built.execute(COUNTS).fetchall()}
        apart = [abs(counts.get(key, 0) - found.get(key, 0)) for key in counts.keys() | found.keys()]
        said |= {"keys": keys, "counts": len(apart), "largest_difference": max(apart)}
    return said


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None)))
