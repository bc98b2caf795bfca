"""A check that is switched off says why, on the same line."""

import io
import re
import tokenize
from collections.abc import Iterator

from tests.architecture.sources import Source, python_sources, source

CODES = r"[A-Z]+\d+([, ]+[A-Z]+\d+)*"
SILENCERS = re.compile(
    rf"#\s*(type:\s*ignore(\[[\w, -]+\])?|noqa(:\s*{CODES})?|pragma:\s*no\s*(cover|branch))(.*)", re.S
)
UNFINISHED = re.compile(r"#.*\b(TODO|FIXME|XXX|HACK)\b")
REASON_LETTERS = 5


def comments(held: Source) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(held.text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def unreasoned(held: Source) -> Iterator[str]:
    for line, comment in comments(held):
        found = SILENCERS.search(comment)
        if found and len(re.findall(r"[A-Za-z]", found.groups()[-1])) < REASON_LETTERS:
            yield f"{held.path}:{line} {found[1]} gives no reason"
        if UNFINISHED.search(comment):
            yield f"{held.path}:{line} is unfinished"


def test_every_silenced_check_gives_its_reason() -> None:
    sources = python_sources("service", "fhir_profiles", "tests", "docker", "bench")
    assert [line for held in sources for line in unreasoned(held)] == []


def test_a_silence_without_a_reason_is_seen() -> None:
    bare = ["# type: ignore[arg-type]", "# noqa: S101", "# pragma: no cover", "# TO" + "DO later"]
    assert len(list(unreasoned(source("\n".join(f"x = 1  {comment}" for comment in bare))))) == len(bare)
    reasoned = "x = 1  # type: ignore[arg-type]  # the stub of antlr4 says str, it takes bytes"
    assert list(unreasoned(source(reasoned))) == []
