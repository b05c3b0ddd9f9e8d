"""Rules about C++ files: sizes, headers, errors, output, a test for each engine file."""

import re
from pathlib import PurePosixPath

from cpp_text import functions, withoutCommentsAndStrings

# At the start of a line: a type of the namespace, not one inside another type.
DEFINES = re.compile(r"(?:struct|class|enum(?: class)?)\s+(\w+)(?:\s+final)?\s*(?::[^;]*)?\{")
LONGEST_FUNCTION = 60
LONGEST_FILE = 400
LONGEST_TEST = 600
THROWS = re.compile(r"\b(throw|catch)\b")
PRINTS = re.compile(r"\b(std::)?(cout|cerr|clog|printf|fprintf|puts|fputs|putchar|perror)\b")


def checkHeader(tree, path: str) -> None:
    lines = tree.lines(path)
    comment = 0
    while comment < len(lines) and lines[comment].startswith("//"):
        comment += 1
    if not 1 <= comment or (comment > 8 and not isFormatDrawing(lines[:comment])):
        tree.report(path, 1, "header",
                    f"opens with {comment} lines of comment; say in 1 to 8 lines what this is, who "
                    "uses it and which threads may call it")
    elif lines[comment] != "#pragma once":
        tree.report(path, comment + 1, "header", "write #pragma once after the first comment")


def isFormatDrawing(lines: list) -> bool:
    """A format drawn above the code that writes it may take the room that it needs: the lines
    that explain are counted up to the first blank one, the drawing follows it."""
    return "//" in lines[1:9]


def checkNames(tree, headers: list) -> None:
    """Two types of one name in one namespace build and link, and crash: each unit of compilation
    takes the one it saw for the only one."""
    first = {}
    for path in headers:
        space = []
        for number, line in enumerate(tree.lines(path), 1):
            if line.startswith("namespace "):
                space.append(line)
            elif line.startswith("}  // namespace") and space:
                space.pop()
            found = DEFINES.match(line)
            if not found:
                continue
            other = first.setdefault((*space, found.group(1)), path)
            if other != path:
                tree.report(path, number, "twice",
                            f"{found.group(1)} is defined in {other} too; give one another name")


def checkSizes(tree, path: str) -> None:
    count = tree.text(path).count("\n")
    limit = LONGEST_TEST if path.startswith("tests/") else LONGEST_FILE
    if count > limit:
        tree.report(path, limit, "file-length",
                    f"{count} lines, at most {limit}; find the second noun and give it a file")
    for name, first, last in functions(tree.text(path)):
        length = last - first + 1
        if length > LONGEST_FUNCTION:
            tree.report(path, first, "function-length",
                        f"{name} has {length} lines, at most {LONGEST_FUNCTION}; split it where "
                        "its steps part")


def checkErrors(tree, path: str) -> None:
    if not path.startswith(("engine/", "app/", "cloudletfs/", "widgets/")):
        return
    for number, line in enumerate(withoutCommentsAndStrings(tree.text(path)).split("\n"), 1):
        found = THROWS.search(line)
        if found:
            tree.report(path, number, "throws",
                        f"{found.group()}: nothing throws here; return a Result, or, where a "
                        "library throws, convert in one place and list it in exceptions.txt")
        found = PRINTS.search(line)
        if found and path.startswith("engine/"):
            tree.report(path, number, "prints",
                        f"{found.group()}: the engine never prints; return an Error or use "
                        "Progress::notice")


def checkTested(tree, path: str) -> None:
    parts = PurePosixPath(path)
    if parts.parts[0] != "engine" or parts.suffix != ".cpp":
        return
    test = f"tests/{parts.parent.name}/tst_{parts.stem}.cpp"
    if test not in tree.files:
        tree.report(path, 1, "untested",
                    f"there is no {test}; write it, or list this file with a reason in "
                    "exceptions.txt")


def check(tree) -> None:
    product = ("engine/", "app/", "cloudletfs/", "widgets/")
    checkNames(tree, [path for path in tree.files if path.endswith(".h") and
                      path.startswith(product)])
    for path in tree.files:
        if not path.endswith((".cpp", ".h")):
            continue
        if path.endswith(".h"):
            checkHeader(tree, path)
        checkSizes(tree, path)
        checkErrors(tree, path)
        checkTested(tree, path)
