#!/usr/bin/python3
"""Tests tests/tidy: each rule must report the tree that breaks it, and a good tree passes."""

import subprocess
import sys
import tempfile
from pathlib import Path

TIDY = Path(__file__).resolve().parent / "tidy.py"
HEADER = "// A thing. Any thread.\n#pragma once\n"
FORMAT = (TIDY.parents[2] / ".clang-format").read_text(encoding="utf-8")

# A tree that breaks nothing: path -> content.
GOOD = {
    "README.md": "# Good\n\nSee [below](#how-it-works) and [notes](docs/notes.md).\n\n"
                 "## How it works\n\n| package | group |\n|---|---|\n| `cmake` | build |\n",
    "docs/notes.md": "# Notes\n\n```\n# not a title\n```\n",
    "installer/packages.txt": "# list\nbuild cmake\n",
    "engine/base/a.h": HEADER,
    "engine/base/a.cpp": '#include "engine/base/a.h"\n\nnamespace n {\n\n'
                         "const char* text() {\n    return \"throw { printf\";  // catch\n}\n\n"
                         "}  // namespace n\n",
    "engine/overlay/o.h": HEADER + '\n#include "engine/base/a.h"\n',
    "engine/vm/v.h": HEADER,
    "tests/base/tst_a.cpp": '#include "engine/base/a.h"\n\n#include <QTest>\n\n'
                            '#include "tst_a.moc"\n',
}

LONG_BODY = "".join(f"    value += {i};\n" for i in range(60))

# rule that must be reported -> what is added to, or replaced in, the good tree.
BAD = {
    "layer": [
        {"engine/base/b.h": HEADER + '\n#include "engine/overlay/o.h"\n'},
        {"engine/overlay/p.h": HEADER + '\n#include "engine/vm/v.h"\n'},
        {"engine/catalog/c.h": HEADER + '\n#include "engine/vm/v.h"\n'},
        {"engine/vm/w.h": HEADER + "\n#include <QString>\n"},
        {"engine/vm/w.h": HEADER + "\n#include <QtCore/QString>\n"},
        {"widgets/w.h": HEADER + '\n#include "engine/base/a.h"\n'},
        {"cloudletfs/w.h": HEADER + '\n#include "engine/overlay/o.h"\n'},
        {"engine/new/n.h": HEADER + '\n#include "engine/base/a.h"\n'},
    ],
    "include": [
        {"engine/base/b.h": HEADER + '\n#include "a.h"\n'},
        {"engine/base/b.h": HEADER + '\n#include "engine/base/none.h"\n'},
    ],
    "width": [{"installer/x.sh": "x" * 101 + "\n"}],
    "space": [{"installer/x.sh": "true \n"}],
    "tab": [{"installer/x.sh": "\ttrue\n"}],
    "end": [{"installer/x.sh": "true"}],
    "format": [{"engine/base/b.h": HEADER + "\nint   a;\n"}],
    "header": [
        {"engine/base/b.h": "#pragma once\n"},
        {"engine/base/b.h": "// A thing.\n\n#pragma once\n"},
        {"engine/base/b.h": "// Line.\n" * 9 + "#pragma once\n"},
    ],
    "twice": [{"engine/base/a.h": HEADER + "\nstruct Thing {};\n",
               "engine/overlay/o.h": HEADER + "\nclass Thing : public Other {};\n"}],
    "throws": [{"app/x.cpp": "void f() {\n    throw 1;\n}\n"}],
    "prints": [{"engine/base/a.cpp": "void f() {\n    std::printf(\"x\");\n}\n"}],
    "untested": [{"engine/base/b.cpp": "int a;\n"}],
    "function-length": [
        {"app/x.cpp": f"void f(int value) {{\n{LONG_BODY}}}\n"},
        {"app/x.cpp": "class A {\n    void f(int value) const {\n        if (value) {\n        }\n"
                      f"{LONG_BODY}    }}\n}};\n"},
        {"app/x.cpp": "namespace n {\n\nA::A(int value)\n    : m_a(value),\n      m_b(value) {\n"
                      f"{LONG_BODY}}}\n\n}}  // namespace n\n"},
    ],
    "file-length": [{"app/x.cpp": "int a;\n" * 401}],
    "title": [{"docs/notes.md": "# One\n\n# Two\n"}, {"docs/notes.md": "No title\n"}],
    "link": [
        {"docs/notes.md": "# Notes\n\n[gone](gone.md)\n"},
        {"docs/notes.md": "# Notes\n\n[gone](../README.md#gone)\n"},
    ],
    "packages": [
        {"installer/packages.txt": "build cmake\nrun zstd\n"},
        {"installer/packages.txt": "run cmake\n"},
    ],
    "forbidden": [{"docs/notes.md": "# Notes\n\nsee /wo" + "rk/x\n"}],
    "exceptions": [
        {"tests/tidy/exceptions.txt": "prints engine/base/a.cpp it needs to\n"},
        {"tests/tidy/exceptions.txt": "prints engine/base/a.cpp\n"},
    ],
}


def run(change: dict) -> subprocess.CompletedProcess:
    with tempfile.TemporaryDirectory() as folder:
        shared = {".clang-format": FORMAT, "tests/tidy/forbidden.txt": "/wo" + "rk/ => mend\n"}
        for name, content in {**shared, **GOOD, **change}.items():
            place = Path(folder) / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(content, encoding="utf-8")
        return subprocess.run([TIDY, folder], capture_output=True, text=True, check=False)


def main() -> int:
    problems = []
    good = run({})
    if good.returncode != 0:
        problems.append(f"a good tree is not accepted:\n{good.stdout}{good.stderr}")
    for rule, changes in BAD.items():
        for change in changes:
            done = run(change)
            if done.returncode != 1 or f": {rule}: " not in done.stdout:
                problems.append(f"{rule} does not report {change}:\n{done.stdout}{done.stderr}")
    excused = run({"engine/base/b.cpp": "int a;\n",
                   "tests/tidy/exceptions.txt": "untested engine/base/b.cpp it is one line\n"})
    if excused.returncode != 0:
        problems.append(f"an exception is not heeded:\n{excused.stdout}{excused.stderr}")
    print("\n".join(problems) or "every rule reports what it should")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
