#!/usr/bin/python3
"""The studio as a person without a mouse meets it: the real program on a display of its own, seen
through the accessibility bus, driven by keys alone. Library, author (a command typed into the
guest's console), create the overlay, run it, save what it has become, stop it; pair with a
cloudlet, push the overlay to it, finish it there; and an authoring whose studio was killed is
brought to its end by the next. Every element that the keyboard reaches has a name, and the program
prints no warning.

Usage: black_box.py STUDIO CLOUDLET SERVER     (CLOUDLET_TINY_DISK names the small test guest)
"""

import contextlib
import ctypes
import json
import mmap
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

LIMIT = 240  # against hanging only: the machine may be busy
GUEST_PORT = 8080
TAB, RETURN, SPACE, RIGHT = 0xFF09, 0xFF0D, 0x20, 0xFF53  # X11/keysymdef.h; ASCII is itself
SHIFT, CONTROL, ALT = 0xFFE1, 0xFFE3, 0xFFE9


def wait_for(what, ask, limit=None):
    """The first answer that is true."""
    end = time.monotonic() + (limit or LIMIT)
    while time.monotonic() < end:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.2)
    raise SystemExit(f"black_box: waited in vain: {what}")


class Display:
    """An X server without a screen, a window manager, and the pixels."""

    def __init__(self, folder):
        self.pixels = folder / "pixels"
        self.pixels.mkdir()
        read, write = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x960x24", "-nolisten", "tcp",
             "-fbdir", str(self.pixels)], pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        if not number:
            raise SystemExit("black_box: Xvfb does not start")
        os.environ["DISPLAY"] = f":{number}"
        self.manager = subprocess.Popen(["openbox"], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)

    def end(self):
        for process in (self.manager, self.server):
            process.terminate()
            process.wait()

    def picture(self, area):
        """The bytes that show this part of the screen (xwd(1): the file's header)."""
        left, top, width, height = area
        with open(self.pixels / "Xvfb_screen0", "rb") as file, mmap.mmap(
                file.fileno(), 0, access=mmap.ACCESS_READ) as memory:
            header = struct.unpack(">25I", memory[:100])
            start, line = header[0] + header[19] * 12, header[12]
            return b"".join(
                memory[start + row * line + left * 4:start + row * line + (left + width) * 4]
                for row in range(top, top + height))


class Keyboard:
    """Presses keys as a keyboard does (the X server's XTEST)."""

    def __init__(self):
        self.x11 = ctypes.CDLL("libX11.so.6")
        self.test = ctypes.CDLL("libXtst.so.6")
        self.x11.XOpenDisplay.restype = ctypes.c_void_p
        self.x11.XkbKeycodeToKeysym.restype = ctypes.c_ulong
        self.display = ctypes.c_void_p(self.x11.XOpenDisplay(None))

    def set(self, code, down):
        self.test.XTestFakeKeyEvent(self.display, code, down, 0)
        self.x11.XFlush(self.display)
        time.sleep(0.02)

    def press(self, key, *holding):
        """`key` is a key symbol; `holding` are other keys' symbols."""
        code = self.code(key)
        held = [self.code(each) for each in holding]
        if self.x11.XkbKeycodeToKeysym(self.display, code, 0, 0) != key:
            held.append(self.code(SHIFT))
        for each in held:
            self.set(each, 1)
        self.set(code, 1)
        self.set(code, 0)
        for each in reversed(held):
            self.set(each, 0)

    def code(self, key):
        return self.x11.XKeysymToKeycode(self.display, ctypes.c_ulong(key))

    def type(self, text):
        for letter in text:
            self.press(RETURN if letter == "\n" else ord(letter))


class Studio(Keyboard):
    """The program, and what the accessibility bus tells of it."""

    def __init__(self, program, place):
        super().__init__()
        # Not before the display and the bus are there.
        import gi
        gi.require_version("Atspi", "2.0")
        from gi.repository import Atspi
        self.atspi = Atspi
        self.errors = place / "studio.errors"
        with open(self.errors, "wb") as errors:
            self.process = subprocess.Popen([program], stderr=errors, stdout=errors)
        self.app = wait_for("the studio on the accessibility bus", self.find_app)

    def find_app(self):
        if self.process.poll() is not None:
            raise SystemExit(f"black_box: the studio has ended: {self.errors.read_text()}")
        desktop = self.atspi.get_desktop(0)
        desktop.set_cache_mask(self.atspi.Cache.NONE)
        for i in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(i)
            if child is not None and child.get_process_id() == self.process.pid:
                child.set_cache_mask(self.atspi.Cache.NONE)
                return child
        return None

    def has(self, node, state):
        return node.get_state_set().contains(state)

    def walk(self, node=None):
        """Everything that is shown. What goes away meanwhile is left out."""
        import gi.repository.GLib as glib
        try:
            node = node or self.app
            yield node
            for i in range(node.get_child_count()):
                child = node.get_child_at_index(i)
                if child is not None and self.has(child, self.atspi.StateType.SHOWING):
                    yield from self.walk(child)
        except glib.Error:
            return

    def names(self):
        return [node.get_name() or "" for node in self.walk()]

    def says(self, pattern):
        """The first name that matches, as a match."""
        return next(filter(None, (re.search(pattern, name) for name in self.names())), None)

    def focused(self):
        shown = [node for node in self.walk() if self.has(node, self.atspi.StateType.FOCUSED)]
        # A tab bar tells of its current tab as focused, too: what is deepest is meant.
        return shown[-1] if shown else None

    def focused_name(self):
        return [node.get_name() for node in self.walk()
                if self.has(node, self.atspi.StateType.FOCUSED)]

    def unnamed(self):
        """Cells of tables are reached with their table, which has a name."""
        state = self.atspi.StateType
        return [f"{node.get_role_name()} in \"{node.get_parent().get_name()}\""
                for node in self.walk()
                if self.has(node, state.FOCUSABLE) and self.has(node, state.ENABLED)
                and not node.get_name() and node.get_role_name() != "table cell"]

    def area(self, name):
        for node in self.walk():
            if node.get_name() == name:
                box = self.atspi.Component.get_extents(node, self.atspi.CoordType.SCREEN)
                return box.x, box.y, box.width, box.height
        raise SystemExit(f"black_box: nothing is called {name}")

    def tab_to(self, name):
        for _ in range(80):
            focused = self.focused_name()
            if name in focused:
                return
            if any(each.startswith("Console of ") for each in focused):
                self.press(ord("g"), CONTROL, ALT)  # it keeps Tab for its guest
            else:
                self.press(TAB)
            time.sleep(0.1)
        raise SystemExit(f"black_box: Tab does not lead to {name}: {self.names()}")

    def expect(self, pattern):
        return wait_for(f"\"{pattern}\" on the screen", lambda: self.says(pattern))

    def expect_names(self, where):
        nameless = self.unnamed()
        if nameless:
            raise SystemExit(f"black_box: no name, {where}: {nameless}")


def page(port, name):
    with contextlib.suppress(OSError, urllib.error.URLError):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{name}", timeout=5) as answer:
            return answer.read().decode()
    return ""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def author(studio, display):
    wait_for("the base in the library", lambda: "tiny" in studio.focused_name())
    studio.expect_names("in the library")
    studio.press(ord("l"), ALT)
    studio.press(ord("a"))
    studio.expect("Author an overlay of")
    port = free_port()
    enter_port(studio, port)
    studio.expect_names("before authoring")
    studio.press(ord("s"), ALT)
    studio.expect("Make the guest what it shall be")
    console = "Console of the guest of tiny"
    wait_for("the console has the keyboard", lambda: console in studio.focused_name())
    studio.expect_names("while authoring")
    area = studio.area(console)
    before = display.picture(area)
    # Keys may come before the console is connected; writing the page twice is once.
    end = time.monotonic() + LIMIT
    while page(port, "typed") != "typed-in\n":
        if time.monotonic() > end:
            raise SystemExit("black_box: what is typed into the console has no effect")
        studio.type("\necho typed-in > /www/typed\n")
        time.sleep(3)
    wait_for("what is typed is to be seen", lambda: display.picture(area) != before)


def enter_port(studio, port):
    """A new row begins with the guest's port; a host port is beside it."""
    studio.press(ord("a"), ALT)
    studio.press(ord("a"), CONTROL)
    studio.type(f"{GUEST_PORT}\n")
    studio.press(RIGHT)
    studio.type(f"{port}\n")
    wait_for("both ports in the table",
             lambda: {str(port), str(GUEST_PORT)} <= set(studio.names()))


def create(studio, title):
    studio.press(ord("g"), CONTROL, ALT)  # the keyboard is the studio's again
    studio.press(ord("c"), CONTROL, SHIFT)
    answer_for_overlay(studio, title)
    studio.expect(f"The overlay \"{title}\" is in ")
    studio.expect_names("after the overlay was made")


def answer_for_overlay(studio, title):
    studio.expect("^Create overlay$")
    studio.expect_names("before the overlay is made")
    studio.type(title)
    studio.press(ord("r"), ALT)


def run(studio):
    studio.tab_to("Run it here")
    studio.press(SPACE)
    studio.expect("\"web page\" runs")
    port = int(studio.expect(r"127\.0\.0\.1:(\d+).* port 8080").group(1))
    wait_for("the page of the running VM", lambda: page(port, "typed") == "typed-in\n")
    studio.expect_names("while it runs")
    studio.tab_to("Save changes…")
    studio.press(SPACE)
    answer_for_overlay(studio, "used page")
    studio.expect("What it had become is saved as \"used page\"")
    studio.expect_names("after what it had become was saved")
    studio.tab_to("Stop")
    studio.press(SPACE)
    studio.expect("\"web page\" has ended")


def end_guests(place):
    """Those of a studio that did not end as it should."""
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes()
            if b"qemu-system" in words.split(b"\0")[0] and f"{place}/".encode() in words:
                os.kill(int(folder.name), signal.SIGKILL)


def hand_over(studio, program, file):
    """A second start gives its file to the first and ends."""
    second = subprocess.run([program, file], timeout=LIMIT, capture_output=True, check=False)
    if second.returncode != 0 or second.stderr:
        raise SystemExit(f"black_box: the second studio: {second}")
    studio.expect("is a VM overlay")
    studio.expect_names("where it asks what to do with a file")
    studio.press(ord("i"), ALT)
    studio.expect("^Overlay: web page$")
    studio.expect("/www/typed|Not readable|changed; they take|changes nothing on the disk")
    studio.expect_names("in the inspector")


class Cloudlet:
    """synthesis_server on the loopback, with the catalog that all share here."""

    def __init__(self, program, place):
        self.port = free_port()
        config = place / "server.conf"
        config.write_text("announce = no\nlisten = 127.0.0.1\nforward-address = 127.0.0.1\n"
                          f"port = {self.port}\n")
        self.words = [program, "--json", "--config", config]
        self.process = subprocess.Popen([*self.words, "run"], stdout=subprocess.PIPE)

    def __enter__(self):
        if not self.process.stdout.readline():
            raise SystemExit("black_box: synthesis_server does not start")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(LIMIT)

    def ask(self, *words):
        said = subprocess.run([*self.words, *words], stdout=subprocess.PIPE, check=True,
                              timeout=LIMIT).stdout
        return json.loads(said)

    def link(self):
        return self.ask("pair", "--host", "127.0.0.1")["link"]


def push(studio, cloudlet):
    """From the inspector of the overlay to the VM on the cloudlet, and its end."""
    studio.press(ord("l"), CONTROL, SHIFT)
    studio.expect("\"synthesis_server pair\"; the link")
    studio.tab_to("Pair…")
    studio.press(SPACE)
    studio.expect("^The link that \"synthesis_server pair\" prints")
    studio.expect_names("where a link is asked for")
    studio.type(cloudlet.link() + "\n")
    studio.expect("^Answers$")
    studio.expect_names("with a cloudlet")
    studio.press(ord("w"), CONTROL)
    studio.expect("^Overlay: web page$")
    studio.tab_to("Push to…")
    studio.press(SPACE)
    studio.expect("It holds the base and has room")
    studio.expect_names("before a push")
    studio.press(ord("p"), ALT)
    studio.expect("\"web-page\" runs on 127")
    console = "Console of web-page on 127.0.0.1"
    wait_for("the remote console has the keyboard", lambda: console in studio.focused_name())
    port = int(studio.expect(r"127\.0\.0\.1:(\d+).* port 8080").group(1))
    studio.expect("First answer after:")
    wait_for("the page of the remote VM", lambda: page(port, "typed") == "typed-in\n")
    studio.expect_names("while it runs on the cloudlet")
    studio.press(ord("g"), CONTROL, ALT)
    studio.tab_to("Finish")
    studio.press(SPACE)
    studio.expect("\"web-page\" has ended")
    wait_for("no session on the cloudlet", lambda: not cloudlet.ask("list-session")["sessions"])


def crash(studio, display, program, place):
    """What a killed studio leaves goes on in the next, and becomes an overlay."""
    author(studio, display)
    studio.process.kill()
    studio.process.wait()
    again = Studio(program, place)
    again.expect("on from an earlier start")
    again.tab_to("Show")
    again.press(SPACE)
    again.expect("Make the guest what it shall be")
    again.expect_names("where a VM was left")
    create(again, "went on")
    return again


def leave(studio):
    studio.press(ord("q"), CONTROL)
    try:
        code = studio.process.wait(LIMIT)
    except subprocess.TimeoutExpired:
        raise SystemExit("black_box: Ctrl+Q does not end the studio") from None
    printed = studio.errors.read_text(errors="replace")
    if code != 0 or printed:
        raise SystemExit(f"black_box: exit code {code}; printed: {printed}")


def main(studio_program, cloudlet_program, server_program):
    place = pathlib.Path(tempfile.mkdtemp(prefix="bb", dir="/tmp"))
    environment = {"HOME": place, "XDG_RUNTIME_DIR": place / "run", "XDG_DATA_HOME": place / "data",
                   "XDG_CONFIG_HOME": place / "config", "CLOUDLET_CATALOG": place / "cat",
                   "QT_QPA_PLATFORM": "xcb", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
                   "LC_ALL": "C.UTF-8"}
    os.environ.update({name: str(value) for name, value in environment.items()})
    (place / "run").mkdir(mode=0o700)
    (place / "Documents").mkdir()
    display = studio = None
    try:
        subprocess.run(
            [cloudlet_program, "base", os.environ["CLOUDLET_TINY_DISK"], "--name", "tiny",
             "--memory", "128M", "--snapshot-when", "line:cloudlet-guest-ready", "-q"],
            check=True, timeout=2 * LIMIT, stdout=subprocess.DEVNULL)
        display = Display(place)
        studio = Studio(studio_program, place)
        author(studio, display)
        create(studio, "web page")
        run(studio)
        hand_over(studio, studio_program, place / "Documents" / "web-page.cloudlet")
        with Cloudlet(server_program, place) as cloudlet:
            push(studio, cloudlet)
        leave(studio)
        studio = Studio(studio_program, place)
        studio = crash(studio, display, studio_program, place)
        leave(studio)
        print("black_box: authored, created, ran, inspected, pushed, recovered, all by keyboard")
    finally:
        if studio is not None and studio.process.poll() is None:
            studio.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                studio.process.wait(20)
            studio.process.kill()
        end_guests(place)
        if display is not None:
            display.end()
        subprocess.run(["chmod", "-R", "u+w", str(place)], check=False)
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
