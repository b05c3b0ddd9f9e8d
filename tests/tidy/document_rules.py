"""Rules about documents: one title, links that resolve, the table of packages."""

import re
import unicodedata
from pathlib import PurePosixPath

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)[^)]*\)|!\[[^\]]*\]\(([^)\s]+)\)")
PACKAGES = "installer/packages.txt"


def proseLines(tree, path: str) -> list:
    """(number, line) outside fenced code."""
    result = []
    fenced = False
    for number, line in enumerate(tree.lines(path), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced:
            result.append((number, line))
    return result


def anchors(tree, path: str) -> set:
    found = set()
    for _, line in proseLines(tree, path):
        if line.startswith("#"):
            title = unicodedata.normalize("NFC", line.lstrip("#").strip().lower())
            found.add(re.sub(r"[^\w\- ]", "", title).replace(" ", "-"))
    return found


def checkLink(tree, path: str, number: int, target: str) -> None:
    if re.match(r"[a-z]+:", target):
        return
    name, _, anchor = target.partition("#")
    place = (tree.root / PurePosixPath(path).parent / name).resolve() if name else tree.root / path
    if not place.exists():
        tree.report(path, number, "link", f"{target} leads nowhere; mend or remove it")
    elif anchor and place.suffix == ".md":
        inside = str(place.relative_to(tree.root.resolve())) if name else path
        if anchor not in anchors(tree, inside):
            tree.report(path, number, "link", f"{target}: there is no such heading; mend it")


def checkDocument(tree, path: str) -> None:
    prose = proseLines(tree, path)
    titles = [number for number, line in prose if line.startswith("# ")]
    if len(titles) != 1:
        tree.report(path, (titles + [1, 1])[1], "title",
                    f"{len(titles)} lines begin with \"# \"; a document has exactly one title")
    for number, line in prose:
        for match in LINK.finditer(re.sub(r"`[^`]*`", "", line)):
            checkLink(tree, path, number, match.group(1) or match.group(2))


def checkPackages(tree) -> None:
    if PACKAGES not in tree.files or "README.md" not in tree.files:
        return
    listed = {}
    for number, line in enumerate(tree.lines(PACKAGES), 1):
        if line and not line.startswith("#"):
            group, _, name = line.partition(" ")
            listed[name, group] = number
    described = {}
    for number, line in enumerate(tree.lines("README.md"), 1):
        row = re.match(r"\|([^|]*`[^|]*)\|\s*(build|run|test|dev)\s*\|", line)
        for name in re.findall(r"`([^`]+)`", row.group(1)) if row else []:
            described[name, row.group(2)] = number
    for (name, group), number in listed.items():
        if (name, group) not in described:
            tree.report(PACKAGES, number, "packages",
                        f"README.md's table does not say what {name} ({group}) is for; add it")
    for (name, group), number in described.items():
        if (name, group) not in listed:
            tree.report("README.md", number, "packages",
                        f"{name} ({group}) is not in {PACKAGES}; add or remove it")


def check(tree) -> None:
    for path in tree.files:
        if path.endswith(".md"):
            checkDocument(tree, path)
    checkPackages(tree)
