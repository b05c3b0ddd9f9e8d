"""Rules about lines and words of any text file, and clang-format."""

import re
import shutil
import subprocess
from pathlib import PurePosixPath

WIDTH = 100
WORDS = "tests/tidy/forbidden.txt"
# Written by others, or data for parsers: kept as they are.
FOREIGN = ("LICENSE", "tests/fuzz/corpus/", "tests/golden/")


def isCode(path: str) -> bool:
    name = PurePosixPath(path).name
    return path.endswith((".cpp", ".h", ".py", ".sh", ".cmake")) or name in (
        "CMakeLists.txt", "CMakePresets.json")


def forbidden(tree) -> list:
    """(pattern, how to mend) of each line "PATTERN => REASON"."""
    if WORDS not in tree.files:
        return []
    rules = []
    for number, line in enumerate(tree.lines(WORDS), 1):
        if not line or line.startswith("#"):
            continue
        pattern, arrow, mend = line.partition(" => ")
        if not arrow:
            tree.report(WORDS, number, "forbidden", "not PATTERN => REASON; write both")
            continue
        rules.append((re.compile(pattern), mend))
    return rules


def checkLines(tree, path: str, words: list) -> None:
    text = tree.text(path)
    if text and not text.endswith("\n"):
        tree.report(path, text.count("\n") + 1, "end", "no line end at the end; add one")
    for number, line in enumerate(tree.lines(path), 1):
        if line != line.rstrip():
            tree.report(path, number, "space", "space at the end of the line; remove it")
        if "\t" in line:
            tree.report(path, number, "tab", "a tab; indent with spaces")
        if isCode(path) and len(line) > WIDTH:
            tree.report(path, number, "width", f"{len(line)} columns; break it at {WIDTH}")
        for pattern, mend in words:
            found = pattern.search(line)
            if found and path != WORDS:
                tree.report(path, number, "forbidden", f'"{found.group()}": {mend}')


def checkFormat(tree) -> None:
    tool = shutil.which("clang-format-14")
    sources = [p for p in tree.files if p.endswith((".cpp", ".h"))]
    if not tool or not sources or ".clang-format" not in tree.files:
        return
    done = subprocess.run([tool, "--dry-run", "--ferror-limit=1", *sources], cwd=tree.root,
                          capture_output=True, text=True, check=False)
    seen = set()
    for match in re.finditer(r"^(\S+?):(\d+):\d+: (?:warning|error): ", done.stderr, re.M):
        if match[1] not in seen:
            seen.add(match[1])
            tree.report(match[1], int(match[2]), "format",
                        f"not as clang-format-14 writes it; run clang-format-14 -i {match[1]}")


def check(tree) -> None:
    words = forbidden(tree)
    for path in tree.files:
        if not path.startswith(FOREIGN):
            checkLines(tree, path, words)
    checkFormat(tree)
