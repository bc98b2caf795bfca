"""Decisions are numbered without gaps and each says what, why and on which evidence."""

import re

from tests.architecture.sources import ROOT

FOLDER = ROOT / "docs" / "adr"
HEADINGS = ["## Context", "## Decision", "## Consequences", "## Evidence"]


def test_decisions_are_numbered_without_gaps() -> None:
    names = sorted(path.name for path in FOLDER.glob("[0-9]*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert all(re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", name) for name in names)


def test_every_decision_has_its_four_parts() -> None:
    for path in [*FOLDER.glob("[0-9]*.md"), FOLDER / "template.md"]:
        text = path.read_text(encoding="utf-8")
        assert [line for line in text.splitlines() if line.startswith("## ")] == HEADINGS, path.name
        assert re.search(r"^Status: (accepted|proposed|replaced by \d{4})$", text, re.M), path.name
