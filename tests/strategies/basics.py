"""What generated items are made of: texts, days, moments, people, codes, and choices among them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import combinations
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st

from service.domain.concept import Coding, Concept, Period, Quantity
from service.domain.condition import Severity
from service.domain.measure import RecordStatus
from service.domain.medication import LARGEST_DOSE
from service.domain.people import Person, Role
from tests.builders import DIRECTORY, ICD_10_CM, RXNORM, SNOMED

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[Any]], Any]

# A tenth of the examples of the profile, for laws that one look at a plan decides.
FEW = settings(max_examples=max(20, settings.default.max_examples // 10))
UNSHARED = "UNSHARED-"
PEOPLE: tuple[Person, ...] = tuple(DIRECTORY.values())
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",  # its summer time moves by half an hour
    "America/Sao_Paulo",
    "UTC",
)
_TEXTS = (
    "Sleeps better",
    "Besser: Schlaf, Antrieb & Appetit (größtenteils)",
    "O'Brien said: “no more than 50 %”",
    "眠れるようになった",
    "نوم أفضل",
    "cafe\u0301 au lait",
    "👩‍👩‍👧 home at 18:00",
    "a < b > c; d | e $ f \\ g",
    '{"json": [1, "two"]}',
    "-",
    "0",
    "None",
    "x" * 60,
)
_LETTERS = st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S"), include_characters=" ")
_OFFSETS = tuple(timezone(timedelta(minutes=m)) for m in (0, 60, 120, -300, 330, 345, 840, -570, -720))
_DIAGNOSES = (
    (
        ("832007", "Moderate major depression (disorder)"),
        ("F32.1", "Major depressive disorder, single episode, moderate"),
    ),
    (
        ("191736004", "Obsessive-compulsive disorder (disorder)"),
        ("F42.9", "Obsessive-compulsive disorder, unspecified"),
    ),
    (("13746004", "Bipolar disorder (disorder)"), ("F31.9", "Bipolar disorder, unspecified")),
    (("21897009", "Generalized anxiety disorder (disorder)"), ("F41.1", "Generalized anxiety disorder")),
)
_DRUGS = (
    ("312941", "sertraline 50 MG Oral Tablet"),
    ("310385", "fluoxetine 20 MG Oral Capsule"),
    ("198427", "lamotrigine 100 MG Oral Tablet"),
    ("312743", "quetiapine 100 MG Oral Tablet"),
)
_THERAPIES = (
    ("228557008", "Cognitive and behavioral therapy (regime/therapy)"),
    ("405780009", "Dialectical behavior therapy (regime/therapy)"),
    ("443730003", "Interpersonal psychotherapy (regime/therapy)"),
)


def one_of(choices: Iterable[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from(tuple(choices))


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def maybe_of(choices: Iterable[Any]) -> st.SearchStrategy[Any]:
    """None or one of the choices, in a single draw: a plan has hundreds of them."""
    return one_of((None, *choices))


def subsets(choices: Sequence[T], most: int = 3) -> tuple[tuple[T, ...], ...]:
    return tuple(one for size in range(most + 1) for one in combinations(choices, size))


YES_OR_NO = st.booleans()
TEXT = one_of(_TEXTS) | st.text(_LETTERS, min_size=1, max_size=60).map(lambda text: text.strip() or "text")
WORD = maybe(TEXT)
DAY = st.integers(0, 13_148).map(lambda count: date(2000, 1, 1) + timedelta(days=count))
SOME_DAY = maybe(DAY)
LENGTH = st.integers(0, 400)
MOMENT = st.builds(
    datetime.fromtimestamp,
    st.integers(946_771_200, 2_082_672_000),  # two days within 2000 to 2035, whatever the offset
    one_of(_OFFSETS),
)
_STAFF = tuple(one.id for one in PEOPLE)
PERSON = one_of(_STAFF)
SOME_PERSON = one_of((None, *_STAFF))
ROLE = one_of([role for role in Role if role is not Role.PATIENT])
PEOPLE_NAMED = one_of(subsets(_STAFF, most=2))
DECIDERS = one_of(subsets(_STAFF, most=2)[1:])
AT_TABLE = one_of(subsets((None, *_STAFF))[1:])
RECORD = one_of(RecordStatus)
FINAL = one_of((RecordStatus.FINAL, RecordStatus.ENTERED_IN_ERROR))
SEVERITY = one_of(Severity)
DOSE = one_of(
    [
        Quantity(value=Decimal(value), unit=unit)
        for unit, largest in LARGEST_DOSE.items()
        for value in ("1", "0.5", "2.50", "0.125", "10", str(largest))
    ]
)


def coding(system: str, code: str, display: str) -> Coding:
    return Coding(system=system, code=code, display=display)


def concepts(pairs: Sequence[tuple[Coding, ...]]) -> st.SearchStrategy[Concept]:
    coded = one_of([one for pair in pairs for one in subsets(pair)[1:]])
    bare = one_of([tuple(Coding(system=one.system, code=one.code) for one in pair) for pair in pairs])
    return st.one_of(
        TEXT.map(lambda text: Concept(text=text)),
        coded.map(lambda codings: Concept(codings=codings)),
        st.builds(lambda text, codings: Concept(text=text, codings=codings), TEXT, coded | bare),
    )


DIAGNOSIS = concepts([(coding(SNOMED, *sct), coding(ICD_10_CM, *icd)) for sct, icd in _DIAGNOSES])
MEDICINE = concepts([(coding(RXNORM, *one),) for one in _DRUGS])
THERAPY = concepts([(coding(SNOMED, *one),) for one in _THERAPIES])


def span(draw: Draw) -> tuple[date | None, date | None]:
    """A first and a last day, each perhaps open."""
    start = draw(SOME_DAY)
    if not draw(YES_OR_NO):
        return start, None
    return start, draw(DAY) if start is None else start + timedelta(days=draw(LENGTH))


def after(draw: Draw, start: date) -> date | None:
    return start + timedelta(days=draw(LENGTH)) if draw(YES_OR_NO) else None


def period(draw: Draw) -> Period:
    start, end = span(draw)
    return Period(start=start, end=end)


def some(draw: Draw, ids: Sequence[str]) -> tuple[str, ...]:
    return draw(one_of(subsets(ids))) if ids else ()


def maybe_one(draw: Draw, ids: Sequence[str]) -> str | None:
    return draw(one_of((None, *ids))) if ids else None
