"""What is no text reaches no database: each of them refuses another part of it, and none may have to."""

import json
from collections.abc import Iterator
from io import StringIO

import pytest
from flask.testing import FlaskClient

from service.bootstrap import Tandem
from service.fhir.json import JsonObject
from service.settings import Settings
from service.storage.schema import upgrade
from tests.unit.intake.charts import a_chart

NO_TEXTS = {"NUL": "a\0b", "half a surrogate pair": "a\ud800b"}
VIEW, FEEDBACK = "/cds-services/tandem-patient-view", "/cds-services/tandem-patient-view/feedback"
CALL: JsonObject = {"hook": "patient-view", "hookInstance": "1", "context": {"patientId": "1"}}
ANSWER: JsonObject = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-01-01T00:00:00Z"}


def a_reason(text: str) -> JsonObject:
    return {"reason": {"code": text, "system": "urn:s"}, "userComment": "why"}


def documents(text: str) -> dict[str, tuple[str, JsonObject, str]]:
    """The path, the document with the text in one place, and the name of that place."""
    return {
        "who answers": ("/imports", {"bundle": a_chart(), "responsible": text}, "responsible"),
        "the CarePlan": ("/imports", {"bundle": a_chart(), "care_plan": text}, "care_plan"),
        "the title": ("/imports", {"bundle": a_chart(), "title": text}, "title"),
        "a patient of the EHR": ("/imports", {"patient": text}, "patient"),
        "a patient of a card": (VIEW, {**CALL, "context": {"patientId": text}}, "context.patientId"),
        "an EHR's address": (VIEW, {**CALL, "fhirServer": text}, "fhirServer"),
        "a card": (FEEDBACK, {"feedback": [ANSWER, {**ANSWER, "card": text}]}, "feedback[1].card"),
        "a reason": (
            FEEDBACK,
            {"feedback": [{**ANSWER, "overrideReason": a_reason(text)}]},
            "feedback[0].overrideReason.reason.code",
        ),
    }


@pytest.fixture
def client(database: str) -> Iterator[FlaskClient]:
    upgrade(database)
    tandem = Tandem(settings=Settings(database_url=database, rate_limit="off"), log_to=StringIO())
    yield tandem.application().test_client()
    tandem.database.close()


def sent(client: FlaskClient, path: str, document: JsonObject) -> tuple[int, list[str]]:
    """Send a document with its escapes, and return the status and the fields that are named."""
    headers = {"X-Tandem-Author": "n.okafor"}
    answer = client.post(path, data=json.dumps(document), headers=headers, content_type="application/json")
    return answer.status_code, [one["field"] for one in (answer.json or {}).get("errors", [])]


@pytest.mark.parametrize("kind", NO_TEXTS)
def test_what_is_no_text_is_refused_by_its_path(client: FlaskClient, kind: str) -> None:
    rows = documents(NO_TEXTS[kind])
    found = {name: sent(client, path, document) for name, (path, document, _) in rows.items()}
    assert found == {name: (422, [field]) for name, (_, _, field) in rows.items()}


@pytest.mark.parametrize("kind", NO_TEXTS)
def test_a_member_that_nobody_reads_is_not_looked_at(client: FlaskClient, kind: str) -> None:
    """An EHR may hand a whole chart along, which is its own affair."""
    text = NO_TEXTS[kind]
    assert sent(client, VIEW, {**CALL, "prefetch": {"chart": text}, text: text}) == (200, [])


@pytest.mark.parametrize("kind", NO_TEXTS)
def test_a_chart_is_judged_where_it_is_read(client: FlaskClient, kind: str) -> None:
    chart = a_chart()
    chart["entry"][-1]["resource"]["id"] = NO_TEXTS[kind]
    chart["entry"][0]["resource"]["language"] = NO_TEXTS[kind]
    assert sent(client, "/imports", {"bundle": chart})[0] in {201, 422}
