#!/usr/bin/python3
"""Measures the early start (tests/bench/early_start.cpp) and prints tables for RESULTS.md.

Builds the Release programs, makes bases of 1 GiB memory and overlays with a web server in them,
rehearsed (guest_pairs.py; under TCG some minutes, the first time), and measures each overlay.

Usage: tests/bench/early_start.py [--runs 3] [--folder build/bench-early]
                                  [--overlays plain-nginx,cleaned-nginx]
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys

import guest_pairs

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/release"
PORTS = {"nginx": 80, "pyapp": 8080}


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
    surplus = statistics.median(1 - row["usedContents"] / max(1, row["startSetContents"])
                                for row in coverage)
    line("start set: coverage of an unseen start", f"{covered:.1%}", "≥ 95 %")
    line("start set: over-fetch", f"{surplus:.1%}", "≤ 15 %")
    for megabits in (10, 100):
        waits(rows, megabits)


def waits(rows, megabits):
    """How long the guest waits for what nobody foresaw, while all the rest is on its way."""
    probes = [row for row in rows if row["what"] == "faults" and row["megabits"] == megabits]
    ideal = 0.02 + probes[0]["largestSegment"] / (megabits * 1e6 / 8)
    worst = statistics.median(row["waitP99"] for row in probes)
    line(f"p99 of {sum(row['waits'] for row in probes)} faults at random under the background "
         f"stream ÷ (round trip + segment ÷ rate), {link(megabits)}",
         f"{worst / ideal:.2f}", "≤ 1.5")


def measure(guests, name, runs):
    kind, recipe = name.split("-")
    overlay = guests.rehearsed_overlay(kind, recipe, PORTS[recipe])
    done = subprocess.run([BUILD / "tests/bench/bench_early_start", guests.catalog, overlay,
                           str(PORTS[recipe]), str(runs)], stdout=subprocess.PIPE, check=True)
    rows = [json.loads(text) for text in done.stdout.decode().splitlines()]
    print(f"\n{name}: an overlay of {overlay.stat().st_size:,} bytes; medians of {runs} runs.\n")
    table(rows)
    print()
    figures(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", default=ROOT / "build/bench-early")
    parser.add_argument("--overlays", default="plain-nginx,cleaned-nginx")
    options = parser.parse_args()
    # The quick start leaves a build without tests and benches.
    subprocess.run(["cmake", "--preset", "release", "-DCLOUDLET_TESTS=ON"], cwd=ROOT,
                   stdout=sys.stderr, check=True)
    subprocess.run(["cmake", "--build", "--preset", "release", "--target", "cloudlet",
                    "bench_early_start", "--", "--quiet"], cwd=ROOT, stdout=sys.stderr, check=True)
    guests = guest_pairs.Guests(BUILD / "app/cloudlet/cloudlet", options.folder, memory="1G")
    for name in options.overlays.split(","):
        measure(guests, name, options.runs)


if __name__ == "__main__":
    main()
