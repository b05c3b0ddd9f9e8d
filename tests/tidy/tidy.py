#!/usr/bin/python3
"""Checks the rules of CONTRIBUTING.md that a program can check.

Usage: tests/tidy/tidy.py [ROOT]

Prints one line per finding, "FILE:LINE: RULE: what is wrong; how to mend it", and ends with
code 1 if there is any. What may differ for a reason is listed in tests/tidy/exceptions.txt.
"""

import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # leave nothing in the source tree

import code_rules
import document_rules
import layer_rules
import text_rules
from tree import Tree

RULES = (layer_rules, text_rules, code_rules, document_rules)


def main() -> int:
    default = Path(__file__).resolve().parents[2]
    root = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else default
    tree = Tree(root)
    for rules in RULES:
        rules.check(tree)
    tree.reportUnusedExceptions()
    for finding in sorted(tree.findings):
        print(finding)
    if tree.findings:
        print(f"tests/tidy: {len(tree.findings)} findings in {len(tree.files)} files")
        return 1
    print(f"tests/tidy: {len(tree.files)} files are in order")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, subprocess.SubprocessError) as error:
        sys.exit(f"tests/tidy: {error}")
