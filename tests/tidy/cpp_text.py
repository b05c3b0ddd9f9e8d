"""Just enough C++ to find functions: comments and literals blanked, braces matched."""

import re

TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'", re.S)
CONTAINER = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b[^()=]*$")
# What may stand between a parameter list and the body of a function.
FUNCTION = re.compile(
    r"\)\s*(const|volatile|noexcept(\([^()]*\))?|override|final|mutable|&&?|->[^;{}()]*"
    r"|:\s[^;{}]*|try|requires[^;{}]*|\s)*$")
NAME = re.compile(r"([~\w]+(?:::[~\w]+)*|operator\s*\S+?)\s*\(")


def withoutCommentsAndStrings(text: str) -> str:
    """The same text with the inside of comments and literals as spaces; lines keep their place."""
    return TOKEN.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def functions(text: str) -> list:
    """(name, first line, last line) of each function body outside other functions."""
    code = re.sub(r"^\s*#.*(?:\\\n.*)*", lambda m: re.sub(r"[^\n]", " ", m.group()),
                  withoutCommentsAndStrings(text), flags=re.M)
    found = []
    stack = []  # per open brace: "container", "body" or "other"
    start = 0   # where the current declaration begins
    for match in re.finditer(r"[{};]", code):
        at = match.start()
        if match.group() == "{":
            kind, name, first = classify(code, start, at, stack)
            stack.append((kind, name, first))
            start = at + 1 if kind == "container" else start
        elif match.group() == "}":
            if not stack:
                continue
            kind, name, first = stack.pop()
            if kind == "body":
                found.append((name, first, code.count("\n", 0, at) + 1))
            if kind != "other":
                start = at + 1
        elif not stack or stack[-1][0] == "container":
            start = at + 1
    return found


def classify(code: str, start: int, at: int, stack: list) -> tuple:
    head = code[start:at]
    if any(kind != "container" for kind, _, _ in stack):
        return "other", "", 0
    if CONTAINER.search(head):
        return "container", "", 0
    if FUNCTION.search(head):
        name = NAME.search(head)
        lead = len(head) - len(head.lstrip())
        first = code.count("\n", 0, start + lead) + 1
        return "body", name.group(1) if name else "function", first
    return "other", "", 0
