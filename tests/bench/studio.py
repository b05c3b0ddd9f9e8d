#!/usr/bin/python3
"""How soon the studio's window is there, and what it weighs at rest, with a thousand overlays in
the catalog. Needs Xvfb; figures of a machine that does something else are worth little.

Usage: studio.py STUDIO CLOUDLET [RUNS [cold]]
  cold: before each run the kernel's caches are dropped, which only root may do
"""

import ctypes
import os
import pathlib
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

OVERLAYS = 1000
REST = 5  # seconds until it is idle for sure


def fill(catalog):
    """Rows only: a file that is missing costs the same look at the disk as one that is there."""
    with sqlite3.connect(catalog / "catalog.db") as database:
        for i in range(OVERLAYS):
            database.execute(
                "INSERT INTO overlays (path, id, base, size, title, created) "
                "VALUES (?, ?, ?, 1000000, ?, 1700000000)",
                (f"{catalog}/overlays/{i}.cloudlet", f"{i:064x}", f"{i % 5:064x}",
                 f"overlay {i}"))


class Display:
    def __init__(self):
        read, write = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x960x24", "-nolisten", "tcp"],
            pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as answer:
            os.environ["DISPLAY"] = f":{answer.readline().strip()}"
        self.x11 = ctypes.CDLL("libX11.so.6")
        self.x11.XOpenDisplay.restype = ctypes.c_void_p
        self.display = ctypes.c_void_p(self.x11.XOpenDisplay(None))
        self.x11.XDefaultRootWindow.restype = ctypes.c_ulong
        self.root = self.x11.XDefaultRootWindow(self.display)

    def shows_a_window(self):
        root, parent, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_uint()
        children = ctypes.POINTER(ctypes.c_ulong)()
        self.x11.XQueryTree(self.display, ctypes.c_ulong(self.root), ctypes.byref(root),
                            ctypes.byref(parent), ctypes.byref(children), ctypes.byref(count))
        found = False
        for i in range(count.value):
            attributes = (ctypes.c_int * 64)()
            self.x11.XGetWindowAttributes(self.display, ctypes.c_ulong(children[i]), attributes)
            width, state = attributes[2], attributes[23]  # map_state follows map_installed
            found = found or (width > 400 and state == 2)
        if count.value:
            self.x11.XFree(children)
        return found

    def end(self):
        self.server.terminate()
        self.server.wait()


def measure(display, studio, cold):
    while display.shows_a_window():  # that of the run before
        time.sleep(0.05)
    if cold:
        os.sync()
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("3")
    began = time.monotonic()
    process = subprocess.Popen([studio], stderr=subprocess.DEVNULL)
    while not display.shows_a_window():
        if process.poll() is not None or time.monotonic() - began > 60:
            raise SystemExit("studio.py: there is no window")
        time.sleep(0.005)
    seconds = time.monotonic() - began
    time.sleep(REST)
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    resident = int(status.split("VmRSS:")[1].split()[0]) / 1024
    process.terminate()
    process.wait()
    return seconds, resident


def main(studio, cloudlet, runs=5, cold=""):
    place = pathlib.Path(tempfile.mkdtemp(prefix="studio-bench-"))
    os.environ.update({"HOME": str(place), "CLOUDLET_CATALOG": str(place / "cat"),
                       "QT_QPA_PLATFORM": "xcb", "XDG_RUNTIME_DIR": str(place)})
    display = Display()
    try:
        subprocess.run([cloudlet, "list-base", "-q"], check=True, stdout=subprocess.DEVNULL)
        fill(place / "cat")
        measured = [measure(display, studio, cold == "cold") for _ in range(int(runs))]
    finally:
        display.end()
        shutil.rmtree(place, ignore_errors=True)
    seconds, resident = zip(*measured)
    print(f"window after {statistics.median(seconds):.2f} s "
          f"({min(seconds):.2f} to {max(seconds):.2f}), "
          f"{statistics.median(resident):.0f} MiB resident at rest, "
          f"{OVERLAYS} overlays, {runs} runs {cold}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
