#!/usr/bin/python3
"""Compares the man pages with the programs: each option of --help, of the program and of each of
its commands, stands in its page under that command, and no other does.

Usage: man_pages.py FOLDER PROGRAM...     (FOLDER holds the pages, named as the programs are)
"""
import os
import pathlib
import re
import subprocess
import sys

OF_ALL = {"-h", "--help"}  # once for all commands of a program


def help_of(program, *command):
    return subprocess.run([program, *command, "--help"], check=True, timeout=60,
                          stdout=subprocess.PIPE, text=True).stdout


def options_of(text):
    found = set()
    for line in text.splitlines():
        if match := re.match(r"\s+(-[^\s,]+(?:, ?-[^\s,]+)*)", line):
            found.update(re.split(r",\s*", match.group(1)))
    # Of one line of usage, which is all that some programs have.
    found.update(re.findall(r"(?<=[ |])--[a-z]+", " ".join(re.findall("Usage: .*", text))))
    return found


def commands_of(text):
    listed = text.partition("Subcommands:")[2]
    return re.findall(r"^  ([a-z][a-z-]*) ", listed, re.MULTILINE)


def page_of(path):
    """Per command, "" for the program itself: the options that the page tells of."""
    told = {"": set()}
    command = ""
    for line in path.read_text().splitlines():
        if line.startswith(".Sh "):
            command = ""
        elif line.startswith(".Ss "):
            command = line.split()[1]
            told[command] = set()
        elif line.startswith(".It Fl "):
            told[command].update("--" + name for name in re.findall(r"Fl Fl (\S+)", line))
            told[command].update("-" + name for name in re.findall(r"Fl (\w)(?= |$)", line))
    return told


def differences(folder, program):
    name = pathlib.Path(program).name
    told = page_of(folder / f"{name}.1")
    text = help_of(program)
    wanted = {"": options_of(text)}
    for command in commands_of(text):
        wanted[command] = options_of(help_of(program, command)) - OF_ALL
    for command in sorted(wanted.keys() | told.keys()):
        if command not in told or command not in wanted:
            where = "page" if command not in told else "program"
            yield f"{name}: the {where} has no command {command}"
            continue
        for option in sorted(wanted[command] ^ told[command]):
            where = "page" if option in wanted[command] else "program"
            yield f"{name} {command}: the {where} has no {option}"


def main(folder, *programs):
    os.environ |= {"QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}
    found = [text for program in programs for text in differences(pathlib.Path(folder), program)]
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
