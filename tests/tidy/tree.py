"""The files under check, what was found in them, and the exceptions that are allowed."""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

TEXT_SUFFIXES = {".cpp", ".h", ".py", ".sh", ".cmake", ".txt", ".md", ".json", ".yml", ".desktop",
                 ".xml", ".service", ".1", ".ts", ".html", ".css", ".js", ".svg"}
EXCEPTIONS = "tests/tidy/exceptions.txt"


@dataclass(order=True)
class Finding:
    path: str
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


@dataclass
class Tree:
    root: Path
    files: list = field(default_factory=list)  # paths relative to root, sorted
    findings: list = field(default_factory=list)

    def __post_init__(self) -> None:
        self._contents = {}
        self.files = sorted(self._listed())
        self._exceptions = self._readExceptions()  # (rule, path) -> line in the list
        self._used = set()

    def _listed(self) -> list:
        command = ["git", "-C", str(self.root), "ls-files", "-co", "--exclude-standard", "-z"]
        if (self.root / ".git").exists():
            try:
                listed = subprocess.run(command, check=True, capture_output=True).stdout
                names = listed.decode().split("\0")
                return [n for n in names if n and (self.root / n).is_file()]
            except (OSError, subprocess.SubprocessError):
                pass  # no git, or a repository of somebody else: look at the folders themselves
        found = []
        for folder, folders, names in os.walk(self.root):
            folders[:] = [f for f in folders if f not in ("build", ".git", ".cache")]
            found += [os.path.relpath(os.path.join(folder, n), self.root) for n in names
                      if n != ".git"]
        return [n for n in found if os.path.isfile(self.root / n)]

    def text(self, path: str) -> str:
        """The content of a file of ours; empty for one that is not text."""
        if path not in self._contents:
            data = (self.root / path).read_bytes()
            suffix = Path(path).suffix
            isText = suffix in TEXT_SUFFIXES or (suffix == "" and b"\0" not in data)
            self._contents[path] = data.decode("utf-8", "replace") if isText else ""
        return self._contents[path]

    def lines(self, path: str) -> list:
        return self.text(path).split("\n")

    def report(self, path: str, line: int, rule: str, text: str) -> None:
        if (rule, path) in self._exceptions:
            self._used.add((rule, path))
            return
        self.findings.append(Finding(path, line, rule, text))

    def _readExceptions(self) -> dict:
        result = {}
        if EXCEPTIONS not in self.files:
            return result
        for number, line in enumerate(self.lines(EXCEPTIONS), 1):
            parts = line.split(None, 2)
            if not parts or line.startswith("#"):
                continue
            if len(parts) < 3:
                text = "not RULE PATH REASON; write why this file may differ"
                self.findings.append(Finding(EXCEPTIONS, number, "exceptions", text))
                continue
            result[parts[0], parts[1]] = number
        return result

    def reportUnusedExceptions(self) -> None:
        for (rule, path), number in self._exceptions.items():
            if (rule, path) not in self._used:
                text = f"nothing in {path} needs \"{rule}\" any more; remove this line"
                self.findings.append(Finding(EXCEPTIONS, number, "exceptions", text))
