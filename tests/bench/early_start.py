#!/usr/bin/python3
"""Measures the early start (tests/bench/early_start.cpp) and prints a table for RESULTS.md.

Usage: tests/bench/early_start.py CATALOG OVERLAY PORT [RUNS]
   OVERLAY: with a web server on PORT of its guest, authored and rehearsed on a base of CATALOG
Needs the Release build (cmake --preset release && cmake --build --preset release).
"""
import json
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build/release/tests/bench/bench_early_start"


def median(rows, what, megabits, field):
    return statistics.median(row[field] for row in rows
                             if row["what"] == what and row.get("megabits") == megabits)


def line(*cells):
    print("| " + " | ".join(cells) + " |")


def link(megabits):
    return f"{megabits:.0f} Mbit/s, 20 ms" if megabits else "local file"


def table(rows):
    line("link", "start", "running", "first answer", "complete", "here before the answer")
    line(*["---"] * 6)
    for megabits in (10, 100, 0):
        for what in ("complete", "early"):
            values = [median(rows, what, megabits, field)
                      for field in ("running", "answer", "complete", "bytesBeforeAnswer")]
            line(link(megabits), what, *[f"{value:.2f} s" for value in values[:3]],
                 f"{values[3] / 1e6:.2f} MB")


def figures(rows):
    line("figure", "measured", "wanted")
    line("---", "---", "---")
    for megabits, wanted in ((10, "≤ 0.35"), (100, "≤ 0.40")):
        ratio = (median(rows, "early", megabits, "answer")
                 / median(rows, "complete", megabits, "answer"))
        line(f"first answer, early ÷ complete, {link(megabits)}", f"{ratio:.2f}", wanted)
    ratio = median(rows, "early", 0, "running") / median(rows, "complete", 0, "running")
    line("running, early ÷ complete, local file", f"{ratio:.2f}", "≤ 0.2")
    coverage = [row for row in rows if row["what"] == "coverage"]
    covered = statistics.median(row["ofStartSet"] / max(1, row["touchedOfOverlay"])
                                for row in coverage)
    surplus = statistics.median(1 - row["ofStartSet"] / max(1, row["startSet"])
                                for row in coverage)
    line("start set: coverage of an unseen start", f"{covered:.1%}", "≥ 95 %")
    line("start set: over-fetch", f"{surplus:.1%}", "≤ 15 %")
    for megabits in (10, 100):
        early = [row for row in rows if row["what"] == "early" and row["megabits"] == megabits]
        waits = max(row["waits"] for row in early)
        if waits == 0:
            line(f"demand faults, {link(megabits)}", "none", "p99 ≤ 1.5 × link")
            continue
        segment = early[0]["largestSegment"]
        ideal = 0.02 + segment / (megabits * 1e6 / 8)
        worst = statistics.median(row["waitP99"] for row in early)
        line(f"p99 of {waits} demand faults ÷ (round trip + segment ÷ rate), {link(megabits)}",
             f"{worst / ideal:.2f}", "≤ 1.5")


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    runs = sys.argv[4] if len(sys.argv) == 5 else "3"
    done = subprocess.run([PROGRAM, *sys.argv[1:4], runs], stdout=subprocess.PIPE, check=True)
    rows = [json.loads(text) for text in done.stdout.decode().splitlines()]
    size = pathlib.Path(sys.argv[2]).stat().st_size
    print(f"An overlay of {size:,} bytes; medians of {runs} runs.\n")
    table(rows)
    print()
    figures(rows)


if __name__ == "__main__":
    main()
