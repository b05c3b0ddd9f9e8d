"""Builds what bench_codec.py compares: pairs of a base VM and the same VM after some work in it.

Each pair is four plain files, disk and memory before and after, made of a real Debian guest under
QEMU: the sample guest as it is ("cleaned": init_on_free=1, cleaned before each capture), and with
neither ("plain"), as guests are that nobody has prepared. Everything lies in one folder and is
made once; without root where the sample base is.
"""
import contextlib
import functools
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

# What is done in the guest, as root, by its agent. DEBS: where the packages are served.
FETCH = """#!/bin/sh
set -eu
export DEBIAN_FRONTEND=noninteractive
mkdir /var/debs
cd /var/debs
python3 - <<'PYTHON'
import urllib.parse, urllib.request
for name in urllib.request.urlopen("DEBS/list").read().decode().split():
    urllib.request.urlretrieve("DEBS/" + urllib.parse.quote(name), name)
PYTHON
dpkg --force-unsafe-io -i *.deb >/var/install.log 2>&1
cd /
rm -r /var/debs /var/install.log
"""
SETTLE = "sync\nfstrim /\nsleep 5\n"

RECIPES = {
    "null": ([], "#!/bin/sh\nsleep 3\n"),
    "htop": ([], "#!/bin/sh\nTERM=linux setsid sh -c 'exec htop </dev/tty1 >/dev/tty1 2>&1' &\n"
                 "sleep 5\n"),
    "nginx": (["nginx-light"], FETCH + "systemctl restart nginx\npgrep nginx >/dev/null\n"
              + SETTLE),
    "git": (["git"], FETCH + "git --version >/dev/null\n" + SETTLE),
    "pyapp": ([], """#!/bin/sh
set -eu
mkdir /srv/app
cat >/srv/app/server.py <<'PYTHON'
import http.server, os, random
chance = random.Random(1)
words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 10)))
         for _ in range(5000)]
with open("/srv/app/random", "wb") as file:
    file.write(chance.randbytes(8 << 20))
with open("/srv/app/text", "w") as file:
    while file.tell() < 7 << 20:
        file.write(" ".join(chance.choices(words, k=12)) + "\\n")
heap = [chance.randbytes(1 << 20) for _ in range(24)]
table = {n: {"id": n, "name": chance.choice(words), "weight": chance.random()}
         for n in range(100_000)}
http.server.HTTPServer(("", 8080), http.server.SimpleHTTPRequestHandler).serve_forever()
PYTHON
systemd-run --quiet --unit=app python3 /srv/app/server.py
for _ in $(seq 300); do
    if python3 -c 'import urllib.request as r; r.urlopen("http://127.0.0.1:8080/", timeout=9)' \\
        2>/dev/null; then break; fi
    sleep 1
done
""" + SETTLE),
}


class Guests:
    """The bases and pairs in `folder`, made by `cloudlet`, the Release program."""

    def __init__(self, cloudlet, folder, memory="512M"):
        self.cloudlet = str(cloudlet)
        self.folder = pathlib.Path(folder)
        self.memory = memory
        self.catalog = self.folder / "catalog"
        self.folder.mkdir(parents=True, exist_ok=True)

    def run(self, *arguments):
        print("+ cloudlet", *arguments, file=sys.stderr, flush=True)
        out = subprocess.run([self.cloudlet, "--json", "-q", "--catalog", self.catalog,
                              *arguments], stdout=subprocess.PIPE, check=True).stdout
        return json.loads(out) if out.startswith(b"{") else {}

    def bases(self):
        return {base["name"]: base for base in self.run("list-base")["bases"]}

    def base(self, kind):
        """The folder of the base "plain" or "cleaned"."""
        if "cleaned" not in self.bases():
            self.run("sample-base", "--name", "cleaned", "--memory", self.memory)
        if kind not in self.bases():
            disk = self.folder / "plain.raw"
            shutil.copyfile(self.image_of("cleaned"), disk)
            forget_init_on_free(disk)
            self.run("base", str(disk), "--name", "plain", "--memory", self.memory, "--no-clean",
                     "--snapshot-when", "line:cloudlet-guest-ready")
            disk.unlink()
        return self.image_of(kind).parent

    def image_of(self, name):
        return self.catalog / "bases" / self.bases()[name]["id"] / "disk.raw"

    def pair(self, kind, recipe):
        """Paths of a pair: base disk, base memory, disk, memory."""
        base = self.base(kind)
        made = self.folder / f"{kind}-{recipe}"
        if not made.exists():
            part = self.folder / f"{kind}-{recipe}.part"
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            self.author(kind, recipe, part)
            part.rename(made)
        return base / "disk.raw", base / "memory.raw", made / "disk", made / "memory"

    def author(self, kind, recipe, part):
        self.overlay_into(part, kind, recipe, "--profile", "fastest")
        self.run("decode", "--base", kind, str(part / "overlay"), "--disk", str(part / "disk"),
                 "--memory", str(part / "memory"))

    def rehearsed_overlay(self, kind, recipe, port):
        """The path of an overlay whose start was rehearsed until `port` of its guest answers."""
        self.base(kind)
        made = self.folder / f"{kind}-{recipe}.cloudlet"
        if not made.exists():
            with tempfile.TemporaryDirectory(dir=self.folder) as name:
                part = pathlib.Path(name)
                self.overlay_into(part, kind, recipe, "--forward", f"tcp:0:{port}")
                (part / "overlay").rename(made)
        return made

    def overlay_into(self, part, kind, recipe, *options):
        packages, script = RECIPES[recipe]
        clean = [] if kind == "cleaned" else ["--no-clean"]
        with contextlib.ExitStack() as stack:
            if packages:
                address = stack.enter_context(served(self.packages(packages)))
                script = script.replace("DEBS", address)
            (part / "script").write_text(script)
            self.run("overlay", kind, "--run", str(part / "script"), *clean, *options, "-o",
                     str(part / "overlay"))

    def packages(self, names):
        """A folder with these packages and what the guest lacks for them, from the host's apt."""
        folder = self.folder / ("debs-" + "-".join(names))
        if (folder / "list").exists():
            return folder
        (folder / "partial").mkdir(parents=True, exist_ok=True)
        status = folder / "status"
        image = f"{self.image_of('cleaned')}?offset={1 << 20}"
        status.write_bytes(subprocess.run(
            ["/usr/sbin/debugfs", "-R", "cat /var/lib/dpkg/status", image],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout)
        options = [f"Dir::State::status={status}", f"Dir::Cache::archives={folder}",
                   "Dir::Cache::pkgcache=", "Dir::Cache::srcpkgcache=", "Debug::NoLocking=1",
                   "APT::Sandbox::User="]
        subprocess.run(["apt-get", "-qq", "-y", "--no-install-recommends", "--download-only",
                        *(part for option in options for part in ("-o", option)),
                        "install", *names], stdout=sys.stderr, check=True)
        debs = sorted(file.name for file in folder.glob("*.deb"))
        (folder / "list").write_text("\n".join(debs))
        return folder


def forget_init_on_free(disk):
    """Blanks the option in grub.cfg, whose text lies in the image as it is."""
    option = b"init_on_free=1 quiet"
    found = 0
    with open(disk, "r+b") as file:
        for offset in range(0, os.path.getsize(disk), 1 << 22):
            file.seek(offset)
            at = file.read((1 << 22) + len(option)).find(option)
            if at >= 0:
                file.seek(offset + at)
                file.write(b" " * 14)
                found += 1
    if found == 0:
        sys.exit(f"{disk} does not boot with init_on_free=1: remove it and try again")


@contextlib.contextmanager
def served(folder):
    """The address at which a guest on QEMU's user network finds the files of `folder`."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://10.0.2.2:{server.server_address[1]}"
    finally:
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass
