#!/usr/bin/python3
"""Measures what authoring costs on a disk of 8 GiB against one of 2 GiB, with the same change.

Makes two bases of the sample guest, whose larger disk holds 1.5 GiB more of noise, all over it, and
authors the same overlay on each, in turns. Needs the Release programs; prints a table.

Usage: tests/bench/author_size.py CLOUDLET [--runs 3] [--folder build/bench-author]
"""
import argparse
import os
import pathlib
import random
import resource
import shutil
import statistics
import tempfile
import time

import guest_pairs

GIB = 1 << 30
SIZES = (2, 8)  # GiB
SCRIPT = """#!/bin/sh
set -eu
dd if=/dev/urandom of=/srv/noise bs=1M count=16 2>/dev/null
sync
"""


def grow(disk, size):
    """Holes and noise behind the guest's file system, as of data that nobody touches."""
    chance = random.Random(1)
    begin = os.path.getsize(disk)
    with open(disk, "r+b") as file:
        file.truncate(size)
        for offset in range(begin, size, 4 << 20):
            file.seek(offset)
            file.write(chance.randbytes(1 << 20))


def base_of(guests, size):
    name = f"disk-{size}"
    if name not in guests.bases():
        guests.base("cleaned")
        disk = guests.folder / f"{name}.raw"
        shutil.copyfile(guests.image_of("cleaned"), disk)
        grow(disk, size * GIB)
        guests.run("base", str(disk), "--name", name, "--snapshot-when",
                   "line:cloudlet-guest-ready")
        disk.unlink()
    return name


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def author(guests, base, folder):
    """What one overlay took: the whole command, and the parts that its report names."""
    script = folder / "script"
    script.write_text(SCRIPT)
    began = time.monotonic()
    cpu = cpu_seconds()
    report = guests.run("overlay", base, "--run", str(script), "--no-rehearsal", "-o",
                        str(folder / "overlay"))
    return {"wall": time.monotonic() - began, "CPU of cloudlet": cpu_seconds() - cpu,
            "guest stopped": report["stoppedSeconds"], "encode": report["encodeSeconds"],
            "verify": report["verifySeconds"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cloudlet")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", default="build/bench-author")
    options = parser.parse_args()
    guests = guest_pairs.Guests(pathlib.Path(options.cloudlet).resolve(), options.folder)
    bases = [base_of(guests, size) for size in SIZES]
    costs = {base: [] for base in bases}
    with tempfile.TemporaryDirectory(dir=guests.folder) as name:
        for _ in range(options.runs):
            for base in bases:
                costs[base].append(author(guests, base, pathlib.Path(name)))
    print("| authoring, median of", options.runs, "| 2 GiB disk | 8 GiB disk | ratio | wanted |")
    print("|---|---|---|---|---|")
    for cost in costs[bases[0]][0]:
        small, large = (statistics.median(run[cost] for run in costs[base]) for base in bases)
        print(f"| {cost} | {small:.2f} s | {large:.2f} s | {large / small:.2f} | ≤ 1.1 |")


if __name__ == "__main__":
    main()
