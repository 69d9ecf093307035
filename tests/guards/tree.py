"""The files of the project as the guards read them: what git tracks, nothing that tools left behind."""

from __future__ import annotations

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Made by others and kept as they are.
FOREIGN = ("vendor/", "webui/static/")
BINARY = {
    ".docx",
    ".gif",
    ".ico",
    ".jpg",
    ".mo",
    ".pdf",
    ".png",
    ".ttf",
    ".webp",
    ".whl",
    ".woff",
    ".woff2",
    ".xlsx",
}


@functools.cache
def tracked() -> tuple[Path, ...]:
    """Every tracked file that is in the tree, relative to the root."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(Path(name) for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


@functools.cache
def own_texts() -> tuple[tuple[Path, str], ...]:
    """The text files that we write ourselves."""
    return tuple(
        (path, (ROOT / path).read_text(encoding="utf-8"))
        for path in tracked()
        if path.suffix not in BINARY and not path.as_posix().startswith(FOREIGN)
    )


def python_files(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """Parsed modules of the folders, all of them when none is named."""
    for path, tree in _parsed():
        if not folders or path.parts[0] in folders:
            yield path, tree


@functools.cache
def _parsed() -> tuple[tuple[Path, ast.Module], ...]:
    """Every module is parsed once for all guards."""
    return tuple((path, ast.parse(text)) for path, text in own_texts() if path.suffix == ".py")


def place(path: Path, node: ast.AST) -> str:
    return f"{path}:{getattr(node, 'lineno', 0)}"


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a name or an attribute chain, empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""


def imports(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Every absolutely imported module with the statement that imports it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node, node.module
