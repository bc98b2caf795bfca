"""Where the sandbox answers otherwise than HAPI 8.8, and why; every row is checked on both."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.contract.fhir_server.client import Client, goal, named, patient, unique

Ask = Callable[[Client], object]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One question, the two answers, and the reason for ours."""

    ask: Ask
    hapi: object
    sandbox: object
    reason: str


def garbled_if_match(chart: Client) -> int:
    made = chart.made(patient())
    return chart.put(f"/{named(made)}", made, If_Match="abc").status_code


def birth_date_from_its_year(chart: Client) -> int:
    made = chart.made(patient(birthDate="1980-01-02"))
    return len(chart.found(f"/Patient?_id={made['id']}&birthdate=ge1980"))


def unknown_underscore_parameter(chart: Client) -> int:
    return chart.get("/Patient?_nonesuch=1&_count=1").status_code


def unknown_modifier(chart: Client) -> int:
    return chart.get("/Patient?identifier:nonesuch=1").status_code


def chained_parameter(chart: Client) -> int:
    return chart.get("/Goal?patient.identifier=urn:tandem:contract|x").status_code


def negative_count(chart: Client) -> int:
    return chart.get("/Patient?_count=-1").status_code


def garbled_history_count(chart: Client) -> int:
    return chart.get("/Goal/_history?_count=abc").status_code


def system_before_a_plain_code(chart: Client) -> int:
    ada = named(chart.made(patient()))
    chart.made(goal(ada))
    return len(chart.found(f"/Goal?patient={ada}&lifecycle-status=urn:other|active"))


def dangling_reference_that_no_parameter_searches(chart: Client) -> int:
    return chart.post("/CarePlan", care_plan(chart, author={"reference": f"Patient/{unique()}x"})).status_code


def deleting_what_no_parameter_searches(chart: Client) -> int:
    ada = named(chart.made(patient()))
    assert chart.post("/CarePlan", care_plan(chart, author={"reference": ada})).status_code == 201
    return chart.delete(f"/{ada}").status_code


def care_plan(chart: Client, **more: object) -> dict[str, object]:
    subject = {"reference": named(chart.made(patient()))}
    return {"resourceType": "CarePlan", "status": "active", "intent": "plan", "subject": subject, **more}


def labels_of_what_was_deleted(chart: Client) -> int:
    made = named(chart.made(patient()))
    chart.delete(f"/{made}")
    return chart.get(f"/{made}/$meta").status_code


def partial_resources(chart: Client) -> set[int]:
    return {
        chart.get(f"/Patient?_count=1&{query}").status_code for query in ("_summary=true", "_elements=id")
    }


def xml(chart: Client) -> int:
    return chart.ask("POST", "/Patient", "<Patient/>", Content_Type="application/fhir+xml").status_code


def conditional_delete(chart: Client) -> int:
    return chart.delete(f"/Patient?identifier=urn:tandem:contract|{unique()}").status_code


def fhirpath_patch(chart: Client) -> int:
    parts = [
        {"name": "type", "valueCode": "replace"},
        {"name": "path", "valueString": "Patient.birthDate"},
        {"name": "value", "valueDate": "1999-01-01"},
    ]
    parameters = {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": parts}]}
    made = chart.made(patient(birthDate="1980-01-02"))
    return chart.ask("PATCH", f"/{named(made)}", parameters).status_code


def empty_element_in_a_narrative(chart: Client) -> str:
    div = '<div xmlns="http://www.w3.org/1999/xhtml"><p></p>Contract</div>'
    kept: str = chart.made(patient(text={"status": "generated", "div": div}))["text"]["div"]
    return kept.partition(">")[2].partition("Contract")[0]


def source_of_a_resource(chart: Client) -> bool:
    return "source" in chart.made(patient())["meta"]


def unknown_profile(chart: Client) -> set[str]:
    issues = chart.post("/Patient/$validate?profile=http://example.org/p", patient()).json()["issue"]
    return {one["severity"] for one in issues if "profile" in one["diagnostics"].lower()}


def declares_batch(chart: Client) -> bool:
    rest = chart.get("/metadata").json()["rest"][0]
    return "batch" in {one["code"] for one in rest["interaction"]}


DIFFERENCES = {
    "an If-Match that holds no version": Difference(
        ask=garbled_if_match, hapi=500, sandbox=409, reason="a client's mistake is no failure of the server"
    ),
    "ge with less precision than the day": Difference(
        ask=birth_date_from_its_year, hapi=0, sandbox=1, reason="R4 counts what lies within the year"
    ),
    "an unknown parameter that begins with _": Difference(
        ask=unknown_underscore_parameter, hapi=200, sandbox=400, reason="what is ignored misleads"
    ),
    "an unknown modifier": Difference(
        ask=unknown_modifier, hapi=200, sandbox=400, reason="what is ignored misleads"
    ),
    "a chained parameter": Difference(
        ask=chained_parameter, hapi=200, sandbox=400, reason="not offered, so refused"
    ),
    "a negative count": Difference(ask=negative_count, hapi=200, sandbox=400, reason="it means nothing"),
    "a history's count that is no number": Difference(
        ask=garbled_history_count, hapi=200, sandbox=400, reason="what is ignored misleads"
    ),
    "a foreign system before a plain code": Difference(
        ask=system_before_a_plain_code,
        hapi=0,
        sandbox=1,
        reason="the sandbox knows no codes' systems",
    ),
    "a dangling reference that no parameter searches": Difference(
        ask=dangling_reference_that_no_parameter_searches,
        hapi=201,
        sandbox=400,
        reason="HAPI looks only where it indexes; every literal reference counts here",
    ),
    "deleting what is referred to where no parameter searches": Difference(
        ask=deleting_what_no_parameter_searches,
        hapi=200,
        sandbox=409,
        reason="HAPI looks only where it indexes; every literal reference counts here",
    ),
    "the labels of what was deleted": Difference(
        ask=labels_of_what_was_deleted, hapi=200, sandbox=410, reason="nothing of it is shown any more"
    ),
    "parts of resources": Difference(
        ask=partial_resources, hapi={200}, sandbox={400}, reason="not offered, so refused"
    ),
    "XML": Difference(ask=xml, hapi=201, sandbox=415, reason="the sandbox reads and writes JSON only"),
    "a conditional delete": Difference(
        ask=conditional_delete, hapi=200, sandbox=400, reason="Tandem deletes nothing; declared not-supported"
    ),
    "a FHIRPath Patch": Difference(
        ask=fhirpath_patch, hapi=200, sandbox=400, reason="only JSON Patch is declared"
    ),
    "an empty element in a narrative": Difference(
        ask=empty_element_in_a_narrative,
        hapi="<p/>",
        sandbox="<p></p>",
        reason="HAPI writes the XHTML again; the sandbox keeps the text as it came",
    ),
    "meta.source": Difference(
        ask=source_of_a_resource, hapi=True, sandbox=False, reason="HAPI's mark of the request, not R4's"
    ),
    "an unknown profile in $validate": Difference(
        ask=unknown_profile,
        hapi={"error"},
        sandbox={"information"},
        reason="the sandbox knows no profiles at all",
    ),
    "declaring batch": Difference(
        ask=declares_batch, hapi=False, sandbox=True, reason="a CapabilityStatement says what the server does"
    ),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_known_difference_is_what_the_table_says(chart: Client, name: str) -> None:
    difference = DIFFERENCES[name]
    software = chart.get("/metadata").json()["software"]["name"]
    expected = difference.sandbox if software == "Tandem sandbox" else difference.hapi
    assert difference.ask(chart) == expected, difference.reason
