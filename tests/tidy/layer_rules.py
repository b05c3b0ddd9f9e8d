"""Who may include whom."""

import re
from pathlib import PurePosixPath

# Folder of engine -> engine folders it may include, besides its own.
LOWER = ("base", "image", "overlay")
ENGINE = {
    "base": (),
    "image": ("base",),
    "overlay": ("base", "image"),
    "elijah": LOWER,
    "catalog": LOWER,
    "vm": LOWER,
    "mount": LOWER,
    "jobs": LOWER + ("elijah", "catalog", "vm", "mount"),
    "net": LOWER + ("elijah", "catalog", "vm", "mount", "jobs"),
}
# Top folder -> prefixes it may include, besides its own.
TOP = {
    "app": ("engine/", "widgets/"),
    "widgets": (),
    "cloudletfs": ("engine/base/", "engine/image/", "engine/mount/"),
    "tests": ("engine/", "app/", "widgets/", "cloudletfs/"),
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
QT = re.compile(r"^(Q[A-Z]\w*|Qt\w*)(/|$)|^q[a-z]+\.h$")


def allowed(path: str) -> tuple:
    """Prefixes of what the file at `path` may include; None where no rule is known."""
    parts = PurePosixPath(path).parts
    if parts[0] == "engine" and len(parts) > 2:
        if parts[1] not in ENGINE:
            return None
        return tuple(f"engine/{f}/" for f in (parts[1],) + ENGINE[parts[1]])
    if parts[0] in TOP:
        return (parts[0] + "/",) + TOP[parts[0]]
    return None


def checkInclude(tree, path: str, number: int, bracket: str, target: str) -> None:
    if bracket == "<":
        if path.startswith("engine/") and QT.match(target):
            tree.report(path, number, "layer",
                        f"the engine knows no Qt, yet includes <{target}>; move this to app/")
        return
    if target.endswith(".moc") and path.startswith(("app/", "widgets/", "tests/")):
        return
    prefixes = allowed(path)
    if not target.startswith(("engine/", "app/", "widgets/", "cloudletfs/", "tests/")):
        tree.report(path, number, "include",
                    f'"{target}" is not rooted at the repository; write the whole path, or <> '
                    "for a library")
    elif prefixes is None:
        tree.report(path, number, "layer",
                    f"no layer is known for {path}; add its folder to tests/tidy/layer_rules.py")
    elif not target.startswith(prefixes):
        tree.report(path, number, "layer",
                    f'"{target}" is not below this folder, which may include '
                    f"{', '.join(prefixes)}; move the code, or hand the thing in from above")
    elif not (tree.root / target).is_file():
        tree.report(path, number, "include", f'"{target}" does not exist; mend the path')


def check(tree) -> None:
    for path in tree.files:
        if not path.endswith((".cpp", ".h")):
            continue
        for number, line in enumerate(tree.lines(path), 1):
            match = INCLUDE.match(line)
            if match:
                checkInclude(tree, path, number, *match.groups())
