"""The page of benchmarks, with its pictures, from all results: `docs/reference/benchmarks.md`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

LAYERS = ("staging", "episodes", "targets", "definitions", "results", "datasets", "counts", "marts", "other", "tests")
# Okabe and Ito's colours, which those who cannot tell red from green tell apart, and three greys.
COLOURS = dict(zip(LAYERS, ("#999999", "#0072b2", "#56b4e9", "#009e73", "#d55e00", "#cc79a7", "#e69f00", "#f0e442",
                            "#cccccc", "#666666"), strict=True))  # fmt: skip
WIDTH, BAR, LEFT = 760, 26, 190
INTRODUCTION = """# What a build costs

Written from `benchmarks/results` by `python -m benchmarks.whole --page`.
[benchmarks/README.md](../../benchmarks/README.md) says what each figure is, and how to measure it on your own machine.
All seconds are seconds of the processor, user and system together: those of a clock say what else a machine was doing.
Ratios to the limit are of one run.
"""


def results_in(folder: Path) -> list[dict[str, Any]]:
    """Return all results, oldest first."""
    found = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]
    return sorted(found, key=lambda result: result["machine"]["day"])


def label(run: dict[str, Any]) -> str:
    """Say what a run built."""
    return f"{run['persons']:,} persons, {run['measures']} {'indicators' if 'limit' in run else 'measures'}"


def bars(runs: Sequence[dict[str, Any]], title: str) -> str:
    """Draw the shares of the layers in the processor time of the engine, a bar a run, as SVG."""
    height = 40 + len(runs) * (BAR + 14) + 50
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        f'font-size="12" role="img" aria-label="{escape(title)}">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="8" y="20" font-weight="bold">{escape(title)}</text>',
    ]
    for number, run in enumerate(runs):
        top = 36 + number * (BAR + 14)
        total = sum(run["layers"].values())
        drawn.append(f'<text x="8" y="{top + 17}">{escape(label(run))}</text>')
        left = float(LEFT)
        for layer in LAYERS:
            spent = run["layers"].get(layer, 0.0)
            wide = (WIDTH - LEFT - 90) * spent / total
            drawn.append(
                f'<rect x="{left:.1f}" y="{top}" width="{wide:.1f}" height="{BAR}" fill="{COLOURS[layer]}">'
                f"<title>{layer}: {spent:.1f} s</title></rect>"
            )
            left += wide
        drawn.append(f'<text x="{left + 8:.1f}" y="{top + 17}">{total:.1f} s</text>')
    for number, layer in enumerate(LAYERS):
        x, y = 8 + number % 5 * 148, height - 34 + number // 5 * 18
        drawn.append(f'<rect x="{x}" y="{y}" width="11" height="11" fill="{COLOURS[layer]}"/>')
        drawn.append(f'<text x="{x + 16}" y="{y + 10}">{layer}</text>')
    return "\n".join([*drawn, "</svg>", ""])


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Write a table in Markdown."""
    lines = [f"| {' | '.join(heads)} |", f"| --- |{' ---: |' * (len(heads) - 1)}"]
    return [*lines, *(f"| {' | '.join('' if cell is None else str(cell) for cell in row)} |" for row in rows), ""]


def section(result: dict[str, Any], number: int, folder: Path) -> list[str]:
    """Write what one run of the benchmark found, a note that somebody added to it, and its picture."""
    machine, runs = result["machine"], result["runs"]
    lines = [
        f"## {machine['day']}: {result['engine']}",
        "",
        f"Commit {machine['commit']}; {machine['cores']} cores, {machine['gigabytes_of_memory']} GB, "
        f"{machine['system']}; load of {machine['load']} when it began.",
        "",
        *([result["note"], ""] if "note" in result else []),
    ]
    heads = ["what", "`dbt build`, s", "server, s", "peak, GB", "on disk, GB"]
    built = [
        [label(r), *(r["build"].get(k) for k in
         ("cpu_seconds", "server_cpu_seconds", "peak_gigabytes", "gigabytes_on_disk"))] for r in runs
    ]  # fmt: skip
    lines += table(heads, built)
    held = [r for r in runs if "limit" in r]
    if held:
        heads = ["what", "limit, s", "models, s", "tests, s", "of what the limit computes", "with all marts", "marts"]
        lines += table(heads, [
            [label(r), r["limit"]["cpu_seconds"], r["engine_cpu_seconds"]["models"], r["engine_cpu_seconds"]["tests"],
             f"{r['ratio_of_what_the_limit_computes']} x", f"{r['ratio_with_all_marts']} x",
             f"{100 * r['marts_share']:.0f}%"] for r in held
        ])  # fmt: skip
    for axis, steps in result["growth"].items():
        lines += [f"- from {s['from']:,} to {s['to']:,} {axis}: exponent {s['exponent']}" for s in steps]
    layered = [r for r in runs if "layers" in r]
    if layered:
        name = f"benchmarks_{number}.svg"
        title = f"Processor seconds of {result['engine']} by layer, {machine['day']}"
        (folder / name).write_text(bars(layered, title), encoding="utf-8")
        lines += ["", f"![{title}]({name})"]
    slowest = runs[-1].get("slowest", [])
    if slowest:
        key = "cpu_seconds" if "cpu_seconds" in slowest[0] else "elapsed_seconds"
        lines += ["", f"The dearest nodes of {label(runs[-1])}:", ""]
        lines += table(["node", "s" if key == "cpu_seconds" else "s by the clock"],
                       [[f"`{one['name']}`", one[key]] for one in slowest[:10]])  # fmt: skip
    return [*lines, ""]


def write_page(results: Path, folder: Path) -> None:
    """Write the page and a picture for each result, the newest first."""
    lines = [INTRODUCTION]
    found = results_in(results)
    for number, result in reversed(list(enumerate(found, start=1))):
        lines += section(result, number, folder)
    text = "\n".join(lines).rstrip() + "\n"
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    (folder / "benchmarks.md").write_text(text, encoding="utf-8")
