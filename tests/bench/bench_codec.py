#!/usr/bin/env python3
"""Measures the overlay codecs on real guests and prints tables in Markdown.

Usage: tests/bench/bench_codec.py CLOUDLET [--runs N] [--folder FOLDER] [--pairs A,B,...] [--show]

CLOUDLET is the Release program. The guests are built once into FOLDER (default build/bench, some
12 GB of holes and 2 GB of data), which takes half an hour without KVM. Needs the packages of the
group dev. Run it on a quiet machine. Each measurement is kept in FOLDER/journal as soon as it is
made: what is interrupted goes on where it was, --pairs measures some of htop, nginx, pyapp, git,
and --show prints what is there. Those of another CLOUDLET or of other guests do not count; to begin
anew, remove it.

What is compared, each on the same pair, one after the other in every run, each result verified (the
general tools in the first run only: they take minutes and give the same bytes each time):
the profiles of this program; its codec xdelta3; and general tools on the changed pages that are
not zero, memory before disk, in order of address, with the base's pages of the same addresses as
reference: xz -9, zstd -3 and -19 --patch-from, xdelta3 -9 then xz -9. "original" is the Elijah
project's program, which cannot be shipped: bytes and CPU relative to xz -9, measured once on such
pairs. Times are of the whole process; peak memory is the kernel's, mapped base pages included.
"""
import argparse
import hashlib
import json
import multiprocessing
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import codec_tables
import guest_pairs
from codec_tables import FLOOR, OURS, PAIRS, SOLID, TOOLS

TOPLEVEL = pathlib.Path(__file__).resolve().parents[2]
PAGE = 4096
ZERO = bytes(PAGE)
CLEANED = ("nginx", "git", "null")


class Journal:
    """What has been measured, a line of JSON each, so that nothing is measured twice."""

    def __init__(self, path, program, inputs):
        """`inputs`: what the general tools compressed, by pair, as a hash."""
        self.path, self.program, self.inputs, self.figures = path, program, inputs, {}
        if path.exists():
            for line in path.read_text().splitlines():
                entry = json.loads(line)
                if entry["of"] == self.maker(entry["pair"], entry["name"]):
                    self.figures[entry["pair"], entry["name"], entry["run"]] = entry["figures"]

    def maker(self, pair, name):
        """What a figure holds for: a tool's for its input, ours for this program."""
        return self.inputs.get(pair) if name in TOOLS else self.program

    def once(self, pair, name, run_number, measure):
        """Measures what is not there yet."""
        if (pair, name, run_number) in self.figures:
            return
        print(f"+ {pair}, run {run_number}: {name}", file=sys.stderr, flush=True)
        figures = measure()
        self.figures[pair, name, run_number] = figures
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps({"of": self.maker(pair, name), "pair": pair, "name": name,
                                   "run": run_number, "figures": figures}) + "\n")

    def has(self, pair, name):
        return any(key[:2] == (pair, name) for key in self.figures)

    def median(self, pair, name, figure):
        return statistics.median(figures[figure] for key, figures in self.figures.items()
                                 if key[:2] == (pair, name))

    def most(self, pair, name, figure):
        return max(figures[figure] for key, figures in self.figures.items()
                   if key[:2] == (pair, name))


def run(command, out=None):
    """Seconds, CPU seconds and peak MiB of a command. What this process itself has held counts as
    the peak of its children, so that it must stay small."""
    began = time.monotonic()
    with open(out or os.devnull, "wb") as sink:
        process = subprocess.Popen([str(part) for part in command], stdout=sink)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed")
    return {"wall": time.monotonic() - began, "cpu": usage.ru_utime + usage.ru_stime,
            "peak": usage.ru_maxrss / 1024}


def together(costs):
    """The cost of commands that run one after the other."""
    return {"wall": sum(c["wall"] for c in costs), "cpu": sum(c["cpu"] for c in costs),
            "peak": max(c["peak"] for c in costs)}


def size(path):
    return os.path.getsize(path)


def pages_of(path):
    """(index, page) of what is no hole, in order."""
    with open(path, "rb") as file:
        size, offset = os.path.getsize(path), 0
        while offset < size:
            try:
                offset = os.lseek(file.fileno(), offset, os.SEEK_DATA) // PAGE * PAGE
            except OSError:
                return
            end = os.lseek(file.fileno(), offset, os.SEEK_HOLE)
            file.seek(offset)
            while offset < end:
                for at in range(0, len(block := file.read(min(1 << 22, -(-end // PAGE) * PAGE
                                                             - offset))), PAGE):
                    yield (offset + at) // PAGE, block[at:at + PAGE]
                offset += len(block)


class ChangedPages:
    """The inputs of the general tools, as files in a folder that is kept."""

    def __init__(self, pair, folder):
        self.pages, self.base = folder / "pages", folder / "pages.base"
        self.unique, self.unique_base = folder / "unique", folder / "unique.base"
        self.counts = folder / "counts"
        if not self.counts.exists():
            folder.mkdir(exist_ok=True)
            child = multiprocessing.Process(target=self.extract, args=pair)  # takes memory
            child.start()
            child.join()
        self.count = json.loads(self.counts.read_text())

    def hash(self):
        """Of what the general tools compress, and with what reference."""
        digest = hashlib.sha256()
        for path in (self.pages, self.base):
            with open(path, "rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
        return digest.hexdigest()[:16]

    def extract(self, base_disk, base_memory, disk, memory):
        known = set()
        for image in (base_disk, base_memory):
            known.update(hashlib.blake2b(page, digest_size=16).digest()
                         for _, page in pages_of(image))
        count = {"memory": 0, "disk": 0}
        with open(self.pages, "wb") as pages, open(self.base, "wb") as old, \
                open(self.unique, "wb") as unique, open(self.unique_base, "wb") as unique_old:
            for name, before, after in (("memory", base_memory, memory),
                                        ("disk", base_disk, disk)):
                with open(before, "rb") as base:
                    for index, page in pages_of(after):
                        base.seek(index * PAGE)
                        was = base.read(PAGE)
                        if page in (was, ZERO):
                            continue
                        count[name] += 1
                        pages.write(page)
                        old.write(was)
                        digest = hashlib.blake2b(page, digest_size=16).digest()
                        if digest not in known:
                            known.add(digest)
                            unique.write(page)
                            unique_old.write(was)
        self.counts.write_text(json.dumps(count))


def same(a, b):
    if subprocess.run(["cmp", "-s", a, b], check=False).returncode != 0:
        sys.exit(f"{a} and {b} differ")


class Bench:
    """One pair of guests; results go to `scratch`."""

    def __init__(self, cloudlet, guests, kind, recipe, scratch):
        self.cloudlet, self.guests, self.kind = cloudlet, guests, kind
        self.pair = guests.pair(kind, recipe)
        self.scratch = scratch
        self.changed = ChangedPages(self.pair, guests.folder / f"pages-{kind}-{recipe}")

    def cloudlet_run(self, *arguments):
        out = self.scratch / "json"
        cost = run([self.cloudlet, "--json", "-q", "--catalog", self.guests.catalog, *arguments],
                   out)
        return cost, json.loads(out.read_text())

    def ours(self, name):
        """Encodes, decodes, compares."""
        overlay = self.scratch / "overlay"
        disk, memory = self.scratch / "disk", self.scratch / "memory"
        options = ["--codec", "xdelta3"] if name == "codec xdelta3" else ["--profile", name]
        figures, report = self.cloudlet_run(
            "encode", "--base", self.kind, "--disk", self.pair[2], "--memory", self.pair[3], "-o",
            overlay, *options)
        figures["bytes"] = report["bytes"]
        for image in ("disk", "memory"):
            figures[f"stored {image}"] = report[image]["storedBytes"]
        cost, report = self.cloudlet_run("decode", "--base", self.kind, overlay, "--disk", disk,
                                         "--memory", memory)
        figures["decode peak"], figures["replay"] = cost["peak"], report["replaySeconds"]
        same(disk, self.pair[2])
        same(memory, self.pair[3])
        _, report = self.cloudlet_run("verify-overlay", overlay)
        figures["check"] = report["seconds"]
        written = self.scratch / "written"
        run([sys.executable, "-c", WRITE, self.changed.pages, self.scratch / "target"], written)
        figures["write"] = float(written.read_text())
        for file in (overlay, disk, memory, self.scratch / "target"):
            file.unlink()
        return figures

    def tool(self, pack, unpack, plain):
        """Each a list of commands; the result of pack is the file "packed"."""
        packed, back = self.scratch / "packed", self.scratch / "back"
        figures = together([run(command) for command in pack])
        figures["bytes"] = size(packed)
        for command in unpack:
            run(command)
        same(back, plain)
        packed.unlink()
        back.unlink()
        return figures

    def patch_from(self, level, base, plain):
        packed, back = self.scratch / "packed", self.scratch / "back"
        # 31: the reference is larger than the usual window.
        return self.tool([["zstd", "-q", "-f", f"-{level}", "--long=31", f"--patch-from={base}",
                           plain, "-o", packed]],
                         [["zstd", "-q", "-f", "-d", "--long=31", f"--patch-from={base}", packed,
                           "-o", back]], plain)

    def general_tool(self, name):
        pages, base, f = self.changed.pages, self.changed.base, self.scratch
        if name == "xz -9":
            return self.tool([["sh", "-c", f"xz -9 -T1 -c {pages} >{f}/packed"]],
                             [["sh", "-c", f"xz -dc {f}/packed >{f}/back"]], pages)
        if name.startswith("zstd"):
            return self.patch_from(name.split()[1][1:], base, pages)
        window = max(1 << 24, size(base))
        return self.tool(
            [["xdelta3", "-e", "-f", "-9", "-S", "none", "-B", window, "-s", base, pages,
              f / "delta"],
             ["sh", "-c", f"xz -9 -T1 -c {f}/delta >{f}/packed"]],
            [["sh", "-c", f"xz -dc {f}/packed >{f}/delta"],
             ["xdelta3", "-d", "-f", "-B", window, "-s", base, f / "delta", f / "back"]], pages)

    def floor(self):
        """Comparing both images and compressing what no page of the base or before it holds."""
        base_disk, base_memory, disk, memory = self.pair
        # All of it: cmp would end at the first difference.
        compared = [run([sys.executable, "-c", COMPARE, a, b])
                    for a, b in ((base_disk, disk), (base_memory, memory))]
        packed = self.tool([["zstd", "-q", "-f", "-3", "-T2", self.changed.unique, "-o",
                             self.scratch / "packed"]],
                           [["zstd", "-q", "-f", "-d", self.scratch / "packed", "-o",
                             self.scratch / "back"]], self.changed.unique)
        return {**together([*compared, packed]), "bytes": packed["bytes"]}

    def solid(self):
        """The codec and level of "balanced" in one stream: the price of random access."""
        return self.patch_from(5, self.changed.unique_base, self.changed.unique)


# memcmp of two files by mebibyte, holes passed over where both have them.
COMPARE = """
import mmap, os, sys
a, b = (open(path, "rb") for path in sys.argv[1:])
size, offset = os.path.getsize(sys.argv[1]), 0
def data(file, at):
    try:
        return os.lseek(file.fileno(), at, os.SEEK_DATA)
    except OSError:
        return size
x, y = bytearray(1 << 20), bytearray(1 << 20)
while offset < size:
    offset = min(data(a, offset), data(b, offset)) >> 20 << 20
    if offset >= size:
        break
    os.preadv(a.fileno(), [x], offset)
    os.preadv(b.fileno(), [y], offset)
    x == y
    offset += 1 << 20
"""


# Seconds to write a file's bytes to a new one, in pieces of a mebibyte.
WRITE = """
import sys, time
data = open(sys.argv[1], "rb").read()
began = time.monotonic()
with open(sys.argv[2], "wb", buffering=0) as file:
    for at in range(0, len(data), 1 << 20):
        file.write(data[at:at + (1 << 20)])
print(time.monotonic() - began)
"""

HASH_INPUT = """
import sys
sys.path.insert(0, sys.argv[1])
import bench_codec
with open(sys.argv[2], "wb") as file:
    for image in sys.argv[3:]:
        file.writelines(page for _, page in bench_codec.pages_of(image))
"""


def measure(journal, bench, recipe, runs):
    bench.floor()  # all images are in the page cache from here on
    for number in range(1, runs + 1):
        for name in OURS:
            journal.once(recipe, name, number, lambda name=name: bench.ours(name))
        journal.once(recipe, FLOOR, number, bench.floor)
        journal.once(recipe, SOLID, number, bench.solid)
        for name in TOOLS if number == 1 else ():
            journal.once(recipe, name, 1, lambda name=name: bench.general_tool(name))


def measure_index(journal, cloudlet, guests, scratch, runs):
    """The index of a base, which an encoder builds where it is missing, against sha256sum."""
    base = guests.base("plain")
    index, aside, data = base / "chunks.idx", scratch / "index", scratch / "data"

    def encode():
        return run([cloudlet, "-q", "--catalog", guests.catalog, "encode", "--base", "plain",
                    "--disk", base / "disk.raw", "--memory", base / "memory.raw", "-o",
                    scratch / "null"])

    def measured():
        figures = run(["sha256sum", data])
        there = encode()
        index.rename(aside)
        try:
            missing = encode()
        finally:
            aside.rename(index)
        return {"sha256sum": figures["cpu"], "index": missing["cpu"] - there["cpu"]}

    run([sys.executable, "-c", HASH_INPUT, pathlib.Path(__file__).parent, data,
         base / "disk.raw", base / "memory.raw"])
    for number in range(1, runs + 1):
        journal.once("base", "index", number, measured)


def check_tools(cloudlet):
    """Before the guests are made, which takes a quarter of an hour."""
    for tool in ("xz", "zstd", "xdelta3"):
        if not shutil.which(tool):
            sys.exit(f"{tool} is not installed")
    with tempfile.TemporaryDirectory() as name:
        image = pathlib.Path(name) / "image"
        image.write_bytes(ZERO)
        # It says what it lacks.
        run([cloudlet, "encode", "--base-disk", image, "--base-memory", image, "--disk", image,
             "--memory", image, "-o", image.with_suffix(".cloudlet"), "--codec", "xdelta3"])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cloudlet")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", default=TOPLEVEL / "build/bench")
    parser.add_argument("--pairs", default=",".join(PAIRS))
    parser.add_argument("--show", action="store_true", help="measure nothing")
    options = parser.parse_args()
    cloudlet = pathlib.Path(options.cloudlet).resolve()
    check_tools(cloudlet)
    guests = guest_pairs.Guests(cloudlet, options.folder)
    pages = {pair: guests.folder / f"pages-plain-{pair}" for pair in PAIRS}
    changed = {pair: ChangedPages(guests.pair("plain", pair), pages[pair]) for pair in PAIRS
               if pages[pair].exists() or pair in options.pairs.split(",")}
    journal = Journal(guests.folder / "journal",
                      hashlib.sha256(cloudlet.read_bytes()).hexdigest()[:16],
                      {pair: pages.hash() for pair, pages in changed.items()})
    if not options.show:
        for recipe in options.pairs.split(","):
            with tempfile.TemporaryDirectory(dir=guests.folder) as name:
                bench = Bench(cloudlet, guests, "plain", recipe, pathlib.Path(name))
                measure(journal, bench, recipe, options.runs)
        for recipe in CLEANED:
            with tempfile.TemporaryDirectory(dir=guests.folder) as name:
                bench = Bench(cloudlet, guests, "cleaned", recipe, pathlib.Path(name))
                journal.once(f"cleaned {recipe}", "balanced", 1,
                             lambda bench=bench: bench.ours("balanced"))
        with tempfile.TemporaryDirectory(dir=guests.folder) as name:
            measure_index(journal, cloudlet, guests, pathlib.Path(name), options.runs)
    codec_tables.show(journal, guests.folder)


if __name__ == "__main__":
    main()
