#!/usr/bin/python3
"""Measures pushes over shaped links beside plain TLS copies, and prints tables for RESULTS.md.

Builds the Release programs, makes a base of 1 GiB memory and two overlays of it (guest_pairs.py;
under TCG some minutes, the first time): one with a web server in it, rehearsed, and one that is
mostly noise. synthesis_server runs in a network namespace of its own; the wire to it is shaped both
ways by token buckets. Needs root.

Usage: tests/bench/push.py [--runs 3] [--folder build/bench-early] [--noise 200]
                           [--only 10,100,1000,move] [--mtu 1500]
"""
import argparse
import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import guest_pairs

ROOT = pathlib.Path(__file__).resolve().parents[2]
NEAR, FAR, MOVED = "10.254.78.1", "10.254.78.2", "10.254.78.3"
BLOCK = 256 << 10
LIMIT = 300  # seconds, against hanging only
HEADERS, ETHERNET = 52, 14  # bytes of IP and TCP, and of the frame; the bucket counts all
WANTED = {100: "≤ 1.05", 1000: "≤ 1.25"}


def call(*words, **more):
    return subprocess.run([str(word) for word in words], check=True, **more)


class Link:
    """A namespace, a wire to it, and their rate in Mbit/s."""

    def __init__(self, megabits, mtu=1500):
        self.mtu = mtu
        self.name = f"push{os.getpid()}"
        self.near, self.far = f"pn{os.getpid() % 10000}", f"pf{os.getpid() % 10000}"
        burst = max(2 * mtu, 16_000, int(megabits * 1e6 / 8 * 0.002))
        self.shape = ["root", "tbf", "rate", f"{megabits}mbit", "burst", burst, "latency", "200ms"]

    def __enter__(self):
        call("ip", "netns", "add", self.name)
        call("ip", "link", "add", self.near, "type", "veth", "peer", "name", self.far, "netns",
             self.name)
        call("ip", "addr", "add", NEAR + "/24", "dev", self.near)
        call("ip", "link", "set", self.near, "mtu", self.mtu, "up")
        call("tc", "qdisc", "add", "dev", self.near, *self.shape)
        for words in (["ip", "addr", "add", FAR + "/24", "dev", self.far],
                      ["ip", "link", "set", self.far, "mtu", self.mtu, "up"],
                      ["ip", "link", "set", "lo", "up"],
                      ["tc", "qdisc", "add", "dev", self.far, *self.shape]):
            call(*self.inside(), *words)
        return self

    def __exit__(self, *_):
        # A namespace, and the wire in it, lives as long as a socket of it; the next comes soon.
        call("ip", "link", "del", self.near)
        call("ip", "netns", "del", self.name)

    def inside(self):
        return ["ip", "netns", "exec", self.name]

    def move(self):
        """Gives this end another address in the place of its own."""
        call("ip", "addr", "del", NEAR + "/24", "dev", self.near)
        call("ip", "addr", "add", MOVED + "/24", "dev", self.near)

    def sent(self):
        """Bytes that this end has sent so far."""
        path = pathlib.Path(f"/sys/class/net/{self.near}/statistics/tx_bytes")
        return int(path.read_text(encoding="ascii"))

    def round_trip(self):
        """Of an idle wire: what a TCP connection to the server takes."""
        times = []
        for _ in range(20):
            began = time.monotonic()
            with socket.create_connection((FAR, 8021)):
                times.append(time.monotonic() - began)
        return statistics.median(times)


class Programs:
    """A server in a link's namespace and the client paired with it, in a folder that goes away."""

    def __init__(self, build, catalog, link, folder):
        self.build, self.link = build, link
        self.environment = os.environ | {"XDG_DATA_HOME": str(folder),
                                         "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}
        self.environment["CLOUDLET_CATALOG"] = str(catalog)
        config = folder / "server.conf"
        config.write_text(f"announce = no\nlisten = {FAR}\nforward-address = {FAR}\n"
                          f"state = {folder}/server\nport = 8021\n")
        self.server = [build / "app/synthesis_server/synthesis_server", "--json", "--config",
                       config]
        self.process = subprocess.Popen(
            [str(word) for word in [*link.inside(), *self.server, "run"]],
            stdout=subprocess.PIPE, env=self.environment)
        self.process.stdout.readline()
        invitation = json.loads(call(*self.server, "pair", "--host", FAR, stdout=subprocess.PIPE,
                                     env=self.environment).stdout)["link"]
        call(build / "app/cloudlet/cloudlet", "pair", invitation, "--name", "edge",
             env=self.environment, stdout=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)

    def push(self, overlay, *options):
        """Seconds until the VM runs, answers on port 80 (0: it has none), and all is there."""
        words = [self.build / "app/cloudlet/cloudlet", "push", overlay, "--to", "edge", "--json",
                 *options]
        began = time.monotonic()
        process = subprocess.Popen([str(word) for word in words], env=self.environment,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        answer = Answer(began)
        for text in process.stderr:
            if found := re.search(r":(\d+) leads to port 80 ", text):
                answer.ask(int(found.group(1)))
            if "All of the overlay" in text:
                break
        seconds = answer.wait()
        said, errors = process.communicate("\n", timeout=LIMIT)
        if process.returncode != 0:
            sys.exit(f"the push failed: {said} {errors}")
        told = json.loads(said)
        return told["runningSeconds"], seconds, told["completeSeconds"]


class Answer:
    """When a web server at the other end first answers."""

    def __init__(self, began):
        self.began = began
        self.seconds = 0
        self.thread = None

    def ask(self, port):
        self.thread = threading.Thread(target=self.work, args=[port])
        self.thread.start()

    def work(self, port):
        while time.monotonic() - self.began < LIMIT:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://{FAR}:{port}/", timeout=20).read()
                self.seconds = time.monotonic() - self.began
                return
            time.sleep(0.02)

    def wait(self):
        if self.thread:
            self.thread.join()
        return self.seconds


def certificate(folder):
    call("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-subj", "/CN=copy", "-keyout", folder / "key", "-out", folder / "cert",
         stderr=subprocess.DEVNULL)


def sink(folder):
    """Takes one connection, a size and so many bytes, and says that it has them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert", folder / "key")
    with socket.create_server((FAR, 8022)) as listener:
        print("listening", flush=True)
        with context.wrap_socket(listener.accept()[0], server_side=True) as stream:
            left = int.from_bytes(stream.recv(8), "little")
            buffer = bytearray(BLOCK)
            while left > 0:
                left -= stream.recv_into(buffer)
            stream.sendall(b"!")


def plain_copy(link, folder, overlay):
    process = subprocess.Popen([*link.inside(), sys.executable, __file__, "--sink", str(folder)],
                               stdout=subprocess.PIPE)
    process.stdout.readline()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(folder / "cert")
    with open(overlay, "rb") as file:
        began = time.monotonic()
        with context.wrap_socket(socket.create_connection((FAR, 8022))) as stream:
            stream.sendall(overlay.stat().st_size.to_bytes(8, "little"))
            while block := file.read(BLOCK):
                stream.sendall(block)
            stream.recv(1)
        seconds = time.monotonic() - began
    process.wait(timeout=60)
    return seconds


def noise_overlay(guests, mebibytes):
    """Of a VM with so much noise in its memory; not rehearsed, as nothing in it answers."""
    guests.base("plain")
    made = guests.folder / f"plain-noise-{mebibytes}.cloudlet"
    if not made.exists():
        with tempfile.TemporaryDirectory(dir=guests.folder) as name:
            script = pathlib.Path(name) / "script"
            script.write_text(f"#!/bin/sh\ndd if=/dev/urandom of=/dev/shm/noise bs=1M "
                              f"count={mebibytes} 2>/dev/null\n")
            guests.run("overlay", "plain", "--run", script, "--no-clean", "--no-rehearsal",
                       "--profile", "fastest", "-o", pathlib.Path(name) / "overlay")
            (pathlib.Path(name) / "overlay").rename(made)
    return made


def line(*cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def measure_rate(programs, link, folder, overlay, megabits, runs):
    size = overlay.stat().st_size
    round_trip = link.round_trip()
    ideal = size * 8 / (megabits * 1e6) + round_trip
    payload, frame = link.mtu - HEADERS, link.mtu + ETHERNET
    framed = size * frame / payload * 8 / (megabits * 1e6) + round_trip
    pushes, copies = [], []
    for _ in range(runs):
        copies.append(plain_copy(link, folder, overlay))
        pushes.append(programs.push(overlay)[2])
    push, copy = statistics.median(pushes), statistics.median(copies)
    print(f"\n{megabits} Mbit/s, MTU {link.mtu}, round trip {round_trip * 1000:.2f} ms, "
          f"{size:,} bytes, {runs} runs: pushes {pushes}, copies {copies}\n")
    line("figure", "measured", "wanted")
    line("---", "---", "---")
    line(f"push to complete ÷ (bytes ÷ {megabits} Mbit/s + round trip)", f"{push / ideal:.3f}",
         WANTED.get(megabits, ""))
    line("plain TLS copy ÷ the same", f"{copy / ideal:.3f}", "")
    line(f"push ÷ (bytes in frames of {payload} in {frame} ÷ rate + round trip)",
         f"{push / framed:.3f}", "")
    line("push ÷ plain copy", f"{push / copy:.3f}", "")


def resumed(link):
    """Seconds from a change of this end's address until pieces flow again."""
    moved = time.monotonic()
    link.move()
    last, flowing = link.sent(), True
    while time.monotonic() - moved < LIMIT:
        time.sleep(0.1)
        sent = link.sent()
        if sent - last > 200_000 and not flowing:
            return time.monotonic() - moved
        flowing = sent - last > 200_000  # at first, what lay in the bucket
        last = sent
    return sys.exit("the push did not come back")


def measure_move(options, guests, overlay):
    times = []
    for _ in range(options.runs):
        with contextlib.ExitStack() as stack:
            folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
            link = stack.enter_context(Link(100))
            programs = stack.enter_context(
                Programs(options.build, guests.catalog, link, folder))
            push = threading.Thread(target=programs.push, args=[overlay])
            push.start()
            time.sleep(6)
            times.append(round(resumed(link), 2))
            push.join()
    print(f"\nanother address at 100 Mbit/s: pieces flow again after {sorted(times)} s (≤ 5)")


def measure_answer(programs, link, folder, overlay, megabits, runs):
    early, complete, copies = [], [], []
    for _ in range(runs):
        copies.append(plain_copy(link, folder, overlay))
        early.append(programs.push(overlay))
        complete.append(programs.push(overlay, "--complete"))
    print(f"\n{megabits} Mbit/s, round trip {link.round_trip() * 1000:.2f} ms, "
          f"{overlay.stat().st_size:,} bytes, {runs} runs; plain TLS copy "
          f"{statistics.median(copies):.2f} s\n")
    line("start", "running", "first answer", "complete")
    line(*["---"] * 4)
    for what, rows in (("complete", complete), ("early", early)):
        line(what, *[f"{statistics.median(row[i] for row in rows):.2f} s" for i in range(3)])
    ratio = statistics.median(row[1] for row in early) / statistics.median(
        row[1] for row in complete)
    print(f"\nfirst answer, early ÷ complete: {ratio:.2f} (≤ 0.4)")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "build/bench-early")
    parser.add_argument("--noise", type=int, default=200, help="MiB")
    parser.add_argument("--only", default="10,100,1000,move", help="Mbit/s; move: N19")
    parser.add_argument("--mtu", type=int, default=1500)
    parser.add_argument("--build", type=pathlib.Path, help="use the programs there")
    parser.add_argument("--sink", type=pathlib.Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.sink:
        return sink(options.sink)
    if options.build is None:
        options.build = ROOT / "build/release"
        call("cmake", "--preset", "release", cwd=ROOT, stdout=sys.stderr)
        call("cmake", "--build", "--preset", "release", "--target", "cloudlet", "cloudletfs",
             "cloudlet-qemu", "synthesis_server", "--", "--quiet", cwd=ROOT, stdout=sys.stderr)
    guests = guest_pairs.Guests(options.build / "app/cloudlet/cloudlet", options.folder, "1G")
    nginx = guests.rehearsed_overlay("plain", "nginx", 80)
    noise = noise_overlay(guests, options.noise)
    for what in options.only.split(","):
        if what == "move":
            measure_move(options, guests, noise)
            continue
        megabits = int(what)
        with contextlib.ExitStack() as stack:
            folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
            certificate(folder)
            link = stack.enter_context(Link(megabits, options.mtu))
            programs = stack.enter_context(
                Programs(options.build, guests.catalog, link, folder))
            if megabits <= 10:
                measure_answer(programs, link, folder, nginx, megabits, options.runs)
            else:
                measure_rate(programs, link, folder, noise, megabits, options.runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
