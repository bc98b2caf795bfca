"""The project's own files, as the architecture tests read them."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One Python file: its path below the root, its text and its syntax tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def module(self) -> str:
        parts = self.path.with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def at(self, node: ast.AST, complaint: str) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)} {complaint}"


def source(text: str, *, path: str = "service/sample.py") -> Source:
    return Source(path=Path(path), text=text, tree=ast.parse(text))


def tracked_files() -> list[Path]:
    """Gives every file that is, or is about to be, in the repository, relative to the root."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return sorted(Path(name) for name in listing.split("\0") if name and (ROOT / name).is_file())


def python_sources(*folders: str) -> Iterator[Source]:
    for path in tracked_files():
        if path.suffix == ".py" and path.parts[0] in folders:
            yield source((ROOT / path).read_text(encoding="utf-8"), path=str(path))


def exists(module: str) -> bool:
    """Tells whether a dotted module or package is in the tree."""
    path = ROOT.joinpath(*module.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()
