"""A push leaves marks in the chart and nowhere else, whatever the EHR says of them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from service.sandbox.shape import Shape
from service.sandbox.wire import Answer, Incoming, complaint
from service.sync.report import Standing
from tests.leaks.database import leaks_of_database
from tests.leaks.house import Answering, House, Spoiling, opened
from tests.leaks.marks import Marked, marked_record, marks_in

SHAPES = {
    "as-hapi": Shape(),
    "strict": Shape(validates=True),
    "single-writes": Shape(transaction=False, batch=False),
}


def quoting(incoming: Incoming) -> str:
    """Everything that the EHR was sent."""
    return f"{incoming.query} {dict(incoming.headers)} {incoming.body.decode()}"


def refusing(status: int, *methods: str) -> Spoiling:
    """Refuses with words that quote the request, in the body and in every header that a client may read."""

    def spoil(answer: Answering, incoming: Incoming) -> Answer:
        if incoming.method not in methods or incoming.segments == ("metadata",):
            return answer(incoming)
        words = quoting(incoming)
        short = " ".join(marks_in(words))[:200] or "none"
        headers = {"X-Request-Id": short, "Location": f"Patient/{short}", "ETag": short, "Retry-After": "0"}
        return Answer(status=status, body=complaint(words, code=short), headers=headers)

    return spoil


def garbling(answer: Answering, incoming: Incoming) -> Answer:
    """Answers with a success that is no FHIR and quotes the request."""
    return Answer(status=200, body={"resourceType": quoting(incoming)[:4000], "type": quoting(incoming)[:40]})


SPOILED: dict[str, Spoiling] = {
    "garbled": garbling,
    **{f"{status}-to-writes": refusing(status, "POST", "PUT") for status in (400, 401, 409, 412, 422, 500)},
    **{f"{status}-to-reads": refusing(status, "GET") for status in (400, 403, 404, 410, 412, 500)},
}


@pytest.fixture(scope="module")
def record() -> Marked:
    return marked_record()


def pushed(house: House, record: Marked) -> str:
    """Pushes, and gives the standing or the type of the problem."""
    said = house.ask("POST", f"/plans/{record.plan['id']}/sync").json
    return str(said.get("standing") or said["type"])


def everything(house: House) -> dict[str, list[str]]:
    return house.leaks() | leaks_of_database(house.folder)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_push_that_works_lets_nothing_out(record: Marked, shape: str, tmp_path: Path) -> None:
    with opened(tmp_path, SHAPES[shape]) as house:
        house.keep(record.people, record.plan)
        assert pushed(house, record) in {Standing.IN_STEP, Standing.PARTLY}
        house.ask("POST", f"/plans/{record.plan['id']}/sync")
        house.ask("POST", f"/plans/{record.plan['id']}/check")
        assert everything(house) == {}


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        *((name, "as-hapi") for name in SPOILED),
        ("422-to-writes", "strict"),
        ("422-to-writes", "single-writes"),
    ],
)
def test_an_ehr_that_quotes_the_record_in_its_errors_lets_nothing_out(
    record: Marked, name: str, shape: str, tmp_path: Path, without_waiting: Callable[[House], None]
) -> None:
    with opened(tmp_path, SHAPES[shape]) as house:
        without_waiting(house)
        house.keep(record.people, record.plan)
        house.spoil = SPOILED[name]
        pushed(house, record)
        pushed(house, record)
        assert everything(house) == {}


def test_a_chart_that_was_changed_by_hand_lets_nothing_out(record: Marked, tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        house.keep(record.people, record.plan)
        pushed(house, record)
        for held in list(house.tandem.ehr.search("Goal", {})):
            spoilt = {**held.resource, "description": {"text": record.plan["notes"][0]["text"]}}
            house.answer_by_hand("PUT", held.reference, spoilt)
        renamed = {"goals": [{**one, "description": record.plan["title"]} for one in record.plan["goals"]]}
        headers = {"If-Match": '"1"'}
        media = "application/merge-patch+json"
        path = f"/plans/{record.plan['id']}"
        assert house.ask("PATCH", path, renamed, headers=headers, content_type=media).status_code == 200
        assert pushed(house, record) == Standing.PARTLY
        assert everything(house) == {}
