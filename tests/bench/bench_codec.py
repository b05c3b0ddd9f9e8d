#!/usr/bin/env python3
"""Measures the overlay codecs on real guests and prints tables in Markdown.

Usage: tests/bench/bench_codec.py CLOUDLET [--runs N] [--folder FOLDER] [--pairs A,B,...]

CLOUDLET is the Release program. The guests are built once into FOLDER (default build/bench, some
12 GB of holes and 2 GB of data), which takes half an hour without KVM. Needs the packages of the
group dev. Run it on a quiet machine.

What is compared, each on the same pair, one after the other in every run, each result verified:
the profiles of this program; its codec xdelta3; and general tools on the changed pages that are
not zero, memory before disk, in order of address, with the base's pages of the same addresses as
reference: xz -9, zstd -3 and -19 --patch-from, xdelta3 -9 then xz -9. "original" is the Elijah
project's program, which cannot be shipped: bytes and CPU relative to xz -9, measured once on such
pairs. Times are of the whole process; peak memory is the kernel's, mapped base pages included.
"""
import argparse
import hashlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import guest_pairs

TOPLEVEL = pathlib.Path(__file__).resolve().parents[2]
PAGE = 4096
ZERO = bytes(PAGE)

# Bytes and CPU seconds of the original's two modes relative to xz -9 -T1 of the changed pages:
# command line as given with the task, hand-off from the same measurements.
ORIGINAL = {"htop": (0.296, 1.7), "nginx": (0.716, 0.46), "pyapp": (0.964, 0.69),
            "git": (0.949, 0.53)}
HANDOFF_TO_CLI = {"htop": (1022323 / 258475, 3.7 / 3.4),
                  "nginx": (16745642 / 12331855, 6.2 / 22),
                  "pyapp": (46733740 / 40085289, 7.6 / 34.5),
                  "git": (45155089 / 32923678, 8.9 / 67)}


class Cost:
    """What some runs of one command cost."""

    def __init__(self):
        self.bytes, self.wall, self.cpu, self.memory = 0, [], [], []

    def median(self, name):
        return statistics.median(getattr(self, name))


def run(cost, command, out=None):
    began = time.monotonic()
    with open(out or os.devnull, "wb") as sink:
        process = subprocess.Popen([str(part) for part in command], stdout=sink)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed")
    cost.wall.append(time.monotonic() - began)
    cost.cpu.append(usage.ru_utime + usage.ru_stime)
    cost.memory.append(usage.ru_maxrss / 1024)


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
    """The inputs of the general tools, as files in `folder`."""

    def __init__(self, pair, folder):
        base_disk, base_memory, disk, memory = pair
        self.pages, self.base = folder / "pages", folder / "pages.base"
        self.unique, self.unique_base = folder / "unique", folder / "unique.base"
        known = set()
        for image in (base_disk, base_memory):
            known.update(hashlib.blake2b(page, digest_size=16).digest()
                         for _, page in pages_of(image))
        self.count = {}
        with open(self.pages, "wb") as pages, open(self.base, "wb") as old, \
                open(self.unique, "wb") as unique, open(self.unique_base, "wb") as unique_old:
            for name, before, after in (("memory", base_memory, memory),
                                        ("disk", base_disk, disk)):
                self.count[name] = 0
                with open(before, "rb") as base:
                    for index, page in pages_of(after):
                        base.seek(index * PAGE)
                        was = base.read(PAGE)
                        if page == was or page == ZERO:
                            continue
                        self.count[name] += 1
                        pages.write(page)
                        old.write(was)
                        digest = hashlib.blake2b(page, digest_size=16).digest()
                        if digest not in known:
                            known.add(digest)
                            unique.write(page)
                            unique_old.write(was)


def same(a, b):
    if subprocess.run(["cmp", "-s", a, b], check=False).returncode != 0:
        sys.exit(f"{a} and {b} differ")


class Bench:
    def __init__(self, cloudlet, guests, kind, recipe, folder):
        self.cloudlet, self.guests, self.kind = cloudlet, guests, kind
        self.pair = guests.pair(kind, recipe)
        self.folder = folder
        self.changed = ChangedPages(self.pair, folder)
        self.costs = {}
        self.report = {}

    def cost(self, name):
        return self.costs.setdefault(name, Cost())

    def cloudlet_run(self, cost, *arguments):
        out = self.folder / "json"
        run(cost, [self.cloudlet, "--json", "-q", "--catalog", self.guests.catalog, *arguments],
            out)
        return json.loads(out.read_text())

    def ours(self, name, *options):
        overlay = self.folder / f"{name}.cloudlet"
        _, _, disk, memory = self.pair
        self.report[name] = self.cloudlet_run(
            self.cost(name), "encode", "--base", self.kind, "--disk", disk, "--memory", memory,
            "-o", overlay, *options)
        self.cost(name).bytes = self.report[name]["bytes"]

    def verify(self, name):
        overlay = self.folder / f"{name}.cloudlet"
        decoded = self.cloudlet_run(self.cost(f"{name}, decode"), "decode", "--base", self.kind,
                                    overlay, "--disk", self.folder / "disk", "--memory",
                                    self.folder / "memory")
        same(self.folder / "disk", self.pair[2])
        same(self.folder / "memory", self.pair[3])
        return decoded

    def tool(self, name, pack, unpack):
        """Each a list of commands; the result of pack is the file "packed"."""
        packed, back = self.folder / "packed", self.folder / "back"
        total = Cost()
        for command in pack:
            run(total, command)
        cost = self.cost(name)
        cost.wall.append(sum(total.wall))
        cost.cpu.append(sum(total.cpu))
        cost.memory.append(max(total.memory))
        cost.bytes = packed.stat().st_size
        for command in unpack:
            run(Cost(), command)
        same(back, self.changed.pages)
        packed.unlink()
        back.unlink()

    def general_tools(self):
        pages, base, f = self.changed.pages, self.changed.base, self.folder
        self.tool("xz -9", [["sh", "-c", f"xz -9 -T1 -c {pages} >{f}/packed"]],
                  [["sh", "-c", f"xz -dc {f}/packed >{f}/back"]])
        for level in (3, 19):
            # 31: the reference is larger than the usual window.
            self.tool(f"zstd -{level} --patch-from",
                      [["zstd", "-q", "-f", f"-{level}", "--long=31", f"--patch-from={base}",
                        pages, "-o", f / "packed"]],
                      [["zstd", "-q", "-f", "-d", "--long=31", f"--patch-from={base}",
                        f / "packed", "-o", f / "back"]])
        window = max(1 << 24, os.path.getsize(base))
        self.tool("xdelta3 -9, xz -9",
                  [["xdelta3", "-e", "-f", "-9", "-S", "none", "-B", window, "-s", base, pages,
                    f / "delta"],
                   ["sh", "-c", f"xz -9 -T1 -c {f}/delta >{f}/packed"]],
                  [["sh", "-c", f"xz -dc {f}/packed >{f}/delta"],
                   ["xdelta3", "-d", "-f", "-B", window, "-s", base, f / "delta", f / "back"]])

    def write_only(self):
        """Seconds to write the changed pages to a new file, in pieces of a mebibyte."""
        data = self.changed.pages.read_bytes()
        began = time.monotonic()
        with open(self.folder / "written", "wb", buffering=0) as file:
            for at in range(0, len(data), 1 << 20):
                file.write(data[at:at + (1 << 20)])
        return time.monotonic() - began

    def floor(self):
        """Comparing both images and compressing what no page of the base or before it holds."""
        base_disk, base_memory, disk, memory = self.pair
        cost = Cost()
        for a, b in ((base_disk, disk), (base_memory, memory)):
            # All of it: cmp would end at the first difference.
            run(cost, [sys.executable, "-c", COMPARE, a, b])
        run(cost, ["zstd", "-q", "-f", "-3", "-T2", self.changed.unique, "-o", self.folder / "u"])
        total = self.cost("floor")
        total.wall.append(sum(cost.wall))
        total.cpu.append(sum(cost.cpu))
        total.memory.append(max(cost.memory))
        total.bytes = (self.folder / "u").stat().st_size
        # The same codec and level as "balanced" in one stream: the price of random access.
        solid = self.cost("zstd -5 --patch-from, unique pages, one stream")
        run(solid, ["zstd", "-q", "-f", "-5", "--long=31",
                    f"--patch-from={self.changed.unique_base}", self.changed.unique, "-o",
                    self.folder / "u"])
        solid.bytes = (self.folder / "u").stat().st_size


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


def measure(bench, runs):
    bench.floor()  # all images are in the page cache from here on
    bench.costs.clear()
    for _ in range(runs):
        for profile in ("fastest", "balanced", "smallest"):
            bench.ours(profile, "--profile", profile)
        bench.ours("codec xdelta3", "--codec", "xdelta3")
        bench.floor()
        bench.general_tools()
    for name in ("fastest", "balanced", "smallest", "codec xdelta3"):
        for _ in range(runs):
            decoded = bench.verify(name)
            bench.report.setdefault(f"{name}, replay", []).append(decoded["replaySeconds"])
            checked = bench.cloudlet_run(Cost(), "verify-overlay",
                                         bench.folder / f"{name}.cloudlet")
            bench.report.setdefault(f"{name}, check", []).append(checked["seconds"])
            bench.report.setdefault("write", []).append(bench.write_only())


def show_pair(bench, kind, recipe):
    count = bench.changed.count
    print(f"\n### {recipe}, {kind} guest: {count['memory']:,} pages of memory and "
          f"{count['disk']:,} of disk changed and not zero\n")
    print("| | bytes | CPU s | wall s | peak MiB |")
    print("|---|---|---|---|---|")
    for name, cost in bench.costs.items():
        print(f"| {name} | {cost.bytes:,} | {cost.median('cpu'):.2f} | {cost.median('wall'):.2f} "
              f"| {cost.median('memory'):.0f} |")
    if recipe in ORIGINAL and kind == "plain":
        xz = bench.costs["xz -9"]
        size, cpu = ORIGINAL[recipe]
        print(f"| original, reckoned from xz -9 | {size * xz.bytes:,.0f} | "
              f"{cpu * xz.median('cpu'):.2f} | | |")


class Ratios:
    def __init__(self):
        self.rows = []

    def add(self, figure, pair, value, wanted):
        self.rows.append((figure, pair, value, wanted))

    def show(self):
        print("\n### Ratios\n\n| figure | pair | measured | wanted | |\n|---|---|---|---|---|")
        for figure, pair, value, wanted in self.rows:
            verdict = "reached" if value <= wanted else "missed"
            print(f"| {figure} | {pair} | {value:.3f} | ≤ {wanted} | {verdict} |")


def add_ratios(ratios, bench, recipe):
    cost = bench.costs
    xz = cost["xz -9"]
    size, cpu = (part * whole for part, whole in
                 zip(ORIGINAL[recipe], (xz.bytes, xz.median("cpu"))))
    handoff = [part * whole for part, whole in zip(HANDOFF_TO_CLI[recipe], (size, cpu))]
    ratios.add("size, smallest ÷ original", recipe, cost["smallest"].bytes / size,
               0.80 if recipe == "nginx" else 0.90)
    ratios.add("CPU, smallest ÷ original", recipe, cost["smallest"].median("cpu") / cpu, 1.0)
    ratios.add("size, balanced ÷ original", recipe, cost["balanced"].bytes / size, 1.10)
    ratios.add("CPU, balanced ÷ original", recipe, cost["balanced"].median("cpu") / cpu, 0.05)
    ratios.add("size, fastest ÷ original hand-off", recipe, cost["fastest"].bytes / handoff[0],
               0.85)
    ratios.add("CPU, fastest ÷ original hand-off", recipe,
               cost["fastest"].median("cpu") / handoff[1], 0.10)
    ratios.add("create, balanced ÷ (compare + zstd -3), wall", recipe,
               cost["balanced"].median("wall") / cost["floor"].median("wall"), 1.3)
    stored = sum(bench.report["balanced"][image]["storedBytes"] for image in ("disk", "memory"))
    ratios.add("segments ÷ one stream, size", recipe,
               stored / cost["zstd -5 --patch-from, unique pages, one stream"].bytes, 1.05)
    for name in ("balanced", "smallest"):
        ratios.add(f"decode ÷ max(decompress only, write only), {name}, wall", recipe,
                   statistics.median(bench.report[f"{name}, replay"])
                   / max(statistics.median(bench.report[f"{name}, check"]),
                         statistics.median(bench.report["write"])), 1.25)
    peak = max(max(c.memory) for n, c in cost.items() if n.split(",")[0] in bench.report)
    ratios.add("peak memory of create and decode ÷ 192 MiB", recipe, peak / 192, 1.0)


HASH = """
import hashlib, sys
sys.path.insert(0, sys.argv[2])
import bench_codec
total = hashlib.sha256()
for _, page in bench_codec.pages_of(sys.argv[1]):
    total.update(page)
"""


def add_index(ratios, guests, folder, runs):
    """The index of a base, which an encoder builds where it is missing, against sha256sum."""
    base = guests.base("plain")
    index, cost = base / "chunks.idx", {True: Cost(), False: Cost()}
    data = folder / "data"
    with open(data, "wb") as file:
        for image in ("disk.raw", "memory.raw"):
            file.writelines(page for _, page in pages_of(base / image))
    floor = Cost()
    for _ in range(runs):
        run(floor, ["sha256sum", data])
        for there in (True, False):
            aside = folder / "index"
            if not there:
                index.rename(aside)
            try:
                run(cost[there], [guests.cloudlet, "-q", "--catalog", guests.catalog, "encode",
                                  "--base", "plain", "--disk", base / "disk.raw", "--memory",
                                  base / "memory.raw", "-o", folder / "null"])
            finally:
                if not there:
                    aside.rename(index)
    ratios.add("CPU, index of a base ÷ sha256sum of its data", "plain base",
               (cost[False].median("cpu") - cost[True].median("cpu")) / floor.median("cpu"), 1.2)


def cleaned(guests, cloudlet, folder, ratios, plain):
    """What cleaning and init_on_free=1 save: the same work in the sample guest as it is."""
    sizes = {}
    for recipe in ("nginx", "git", "null"):
        bench = Bench(cloudlet, guests, "cleaned", recipe, folder)
        bench.ours("balanced")
        bench.verify("balanced")
        sizes[recipe] = bench.report["balanced"]
    for recipe, of, wanted in (("nginx", lambda r: r["bytes"], 0.35),
                               ("git", lambda r: r["memory"]["storedBytes"], 0.2)):
        if recipe in plain:
            ratios.add(f"cleaned ÷ uncleaned guest, {'size' if recipe == 'nginx' else 'memory'}",
                       recipe, of(sizes[recipe]) / of(plain[recipe].report["balanced"]), wanted)
    ratios.add("null overlay ÷ 0.5 MiB", "null", sizes["null"]["bytes"] / (1 << 19), 1.0)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cloudlet")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", default=TOPLEVEL / "build/bench")
    parser.add_argument("--pairs", default="htop,nginx,pyapp,git")
    options = parser.parse_args()
    cloudlet = pathlib.Path(options.cloudlet).resolve()
    guests = guest_pairs.Guests(cloudlet, options.folder)
    ratios = Ratios()
    plain = {}
    for recipe in options.pairs.split(","):
        with tempfile.TemporaryDirectory(dir=guests.folder) as name:
            bench = Bench(cloudlet, guests, "plain", recipe, pathlib.Path(name))
            measure(bench, options.runs)
            show_pair(bench, "plain", recipe)
            add_ratios(ratios, bench, recipe)
            plain[recipe] = bench
    with tempfile.TemporaryDirectory(dir=guests.folder) as name:
        cleaned(guests, cloudlet, pathlib.Path(name), ratios, plain)
    with tempfile.TemporaryDirectory(dir=guests.folder) as name:
        add_index(ratios, guests, pathlib.Path(name), options.runs)
    ratios.show()


if __name__ == "__main__":
    main()
