#!/usr/bin/env python3
"""Measures the main job on the sample base and prints a table in Markdown.

Usage: tests/bench/main_job.py CLOUDLET [RUNS]     CLOUDLET is the Release program

The catalog is the one of CLOUDLET_CATALOG; the sample base is made if it is missing. Run it on a
quiet machine. Times are the program's own, of its --json reports; peak memory is the kernel's
account of the whole process, mapped pages of the base included.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

TOPLEVEL = pathlib.Path(__file__).resolve().parents[2]

HTOP = """#!/bin/sh
TERM=linux setsid sh -c 'exec htop </dev/tty1 >/dev/tty1 2>&1' &
sleep 3
"""


def run(program, *arguments):
    """The report of one command, its wall time in seconds and its peak memory in MiB."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen([program, "--json", "-q", *arguments], stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - began
        out.seek(0)
        text = out.read().decode()
    if process.returncode != 0:
        sys.exit(f"{' '.join(arguments)} failed: {text}")
    return (json.loads(text) if text.startswith("{") else {}), wall, usage.ru_maxrss / 1024


class Table:
    def __init__(self):
        self.rows = {}

    def add(self, figure, value, wanted, unit):
        self.rows.setdefault(figure, ([], wanted, unit))[0].append(value)

    def show(self):
        print("| figure | median | min | max | wanted |")
        print("|---|---|---|---|---|")
        for figure, (values, wanted, unit) in self.rows.items():
            digits = 0 if unit == "bytes" else 3 if unit == "s" else 1
            cells = [f"{f(values):,.{digits}f} {unit}" for f in (statistics.median, min, max)]
            print(f"| {figure} | {' | '.join(cells)} | {wanted} |")


def authored(program, folder, table, name, script, wanted):
    file = folder / f"{name}.cloudlet"
    (folder / name).write_text(script)
    report, _, memory = run(program, "overlay", "sample", "--run", str(folder / name),
                            "--forward", "tcp:0:8080", "-o", str(file))
    table.add(f"overlay, {name}: size", report["bytes"], wanted, "bytes")
    table.add(f"overlay, {name}: encode", report["encodeSeconds"], "≤ 2 s", "s")
    table.add(f"overlay, {name}: verify by replay", report["verifySeconds"], "", "s")
    table.add("guest stopped for its capture", report["stoppedSeconds"], "≤ 0.5 s", "s")
    table.add("resume, save image to running", report["resumeSeconds"], "≤ 1.5 s", "s")
    table.add("peak memory, overlay", memory, "≤ 192 MiB", "MiB")
    return file


def synthesised(program, file, table):
    report, _, memory = run(program, "synthesis", str(file), "--until-port", "8080", "--detach")
    run(program, "stop", report["session"])
    table.add("synthesis: placing the overlay", report["placeSeconds"], "", "s")
    table.add("synthesis: all, to the running guest", report["runningSeconds"], "", "s")
    table.add("synthesis: all, to the answer of port 8080", report["answerSeconds"], "", "s")
    table.add("resume, save image to running", report["resumeSeconds"], "≤ 1.5 s", "s")
    table.add("peak memory, synthesis", memory, "≤ 192 MiB", "MiB")


def carried(program, folder, table):
    package = folder / "sample.cloudlet-base"
    _, wall, memory = run(program, "export-base", "sample", str(package), "--overwrite")
    table.add("export-base", wall, "", "s")
    table.add("peak memory, export-base", memory, "≤ 192 MiB", "MiB")
    other = folder / "catalog"
    _, wall, memory = run(program, "--catalog", str(other), "import-base", str(package))
    run(program, "--catalog", str(other), "del-base", "sample")
    table.add("import-base", wall, "", "s")
    table.add("peak memory, import-base", memory, "≤ 192 MiB", "MiB")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program = str(pathlib.Path(sys.argv[1]).resolve())
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    table = Table()
    run(program, "sample-base", "--if-missing")
    demo = (TOPLEVEL / "resources/demo/customise.sh").read_text()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = pathlib.Path(name)
        for _ in range(runs):
            began = time.monotonic()
            subprocess.run([program, "--help"], stdout=subprocess.DEVNULL, check=True)
            table.add("cloudlet --help", time.monotonic() - began, "≤ 0.05 s", "s")
            authored(program, folder, table, "nothing changed", "#!/bin/sh\ntrue\n", "≤ 524,288")
            authored(program, folder, table, "htop", HTOP, "≤ 400,000")
            file = authored(program, folder, table, "htop and web server", demo, "")
            _, wall, memory = run(program, "verify-overlay", str(file))
            table.add("peak memory, verify-overlay", memory, "≤ 192 MiB", "MiB")
            synthesised(program, file, table)
            carried(program, folder, table)
            _, wall, memory = run(program, "verify-base", "sample")
            table.add("verify-base", wall, "", "s")
            table.add("peak memory, verify-base", memory, "≤ 192 MiB", "MiB")
    table.show()


if __name__ == "__main__":
    main()
