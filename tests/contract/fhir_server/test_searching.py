"""Search parameters, includes and refusals (rows 12, 15, 21)."""

import re
from typing import Any
from urllib.parse import quote

import pytest

from tests.contract.fhir_server.client import (
    IDENTIFIERS,
    Client,
    goal,
    identifier,
    named,
    patient,
    unique,
    words,
)

CODES = "urn:tandem:codes"


def coded(code: str) -> dict[str, Any]:
    return {"coding": [{"system": CODES, "code": code, "display": "Sertraline"}], "text": "Sertraline 50"}


@pytest.fixture(scope="session")
def value() -> str:
    return unique()


@pytest.fixture(scope="session")
def clinic(ehr: str, value: str) -> dict[str, str]:
    """A small chart, made once per server: what each resource is called there."""
    chart = Client(ehr)
    ada = named(
        chart.made(
            patient(
                identifier=identifier(value),
                name=[{"family": f"Müller{value}", "given": ["Ada"]}],
                birthDate="1980-01-02",
                active=True,
            )
        )
    )
    doctor = named(chart.made({"resourceType": "Practitioner", "name": [{"family": f"Doc{value}"}]}))
    order = named(chart.made(prescribed(ada, doctor, code=value)))
    plan = named(chart.made(planned(ada, order)))
    session = named(chart.made(booked(ada, doctor)))
    return {"ada": ada, "doctor": doctor, "order": order, "plan": plan, "session": session, "value": value}


def prescribed(patient_: str, prescriber: str, *, code: str) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "plan",
        "subject": {"reference": patient_},
        "medicationCodeableConcept": coded(code),
        "requester": {"reference": prescriber},
        "authoredOn": "2026-03-01",
    }


def planned(patient_: str, activity: str) -> dict[str, Any]:
    return {
        "resourceType": "CarePlan",
        "status": "active",
        "intent": "plan",
        "subject": {"reference": patient_},
        "category": [coded("plan")],
        "period": {"start": "2026-01-01", "end": "2026-06-01"},
        "activity": [{"reference": {"reference": activity}}],
    }


def booked(*who: str) -> dict[str, Any]:
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "start": "2026-02-01T10:00:00Z",
        "end": "2026-02-01T11:00:00Z",
        "participant": [{"actor": {"reference": one}, "status": "accepted"} for one in who],
    }


FINDS = [
    ("ada", "Patient?identifier={system}|{value}"),
    ("ada", "Patient?identifier={value}"),
    ("", "Patient?identifier=|{value}"),
    ("", "Patient?identifier=urn:other|{value}"),
    ("ada", "Patient?identifier=urn:other|x,{system}|{value}"),
    ("ada", "Patient?_id={ada_id}"),
    ("ada", "Patient?_id={ada_id},nonesuch"),
    ("ada", "Patient?family=MULLER{value}"),
    ("ada", "Patient?name=müller{value}"),
    ("", "Patient?family=ller{value}"),
    ("ada", "Patient?family:exact=Müller{value}"),
    ("", "Patient?family:exact=müller{value}"),
    ("ada", "Patient?given=ad&family=muller{value}"),
    ("ada", "Patient?_id={ada_id}&birthdate=1980-01-02"),
    ("ada", "Patient?_id={ada_id}&birthdate=1980"),
    ("", "Patient?_id={ada_id}&birthdate=1981-01-02"),
    ("ada", "Patient?_id={ada_id}&birthdate=lt1980-01-03"),
    ("", "Patient?_id={ada_id}&birthdate=gt1980-01-02"),
    ("ada", "Patient?_id={ada_id}&active=true"),
    ("", "Patient?_id={ada_id}&active=false"),
    ("", "Patient?_id={ada_id}&_tag=nonesuch"),
    ("doctor", "Practitioner?family=doc{value}"),
    ("plan", "CarePlan?patient={ada_id}"),
    ("plan", "CarePlan?patient={ada}"),
    ("plan", "CarePlan?subject={ada}&status=active&intent=plan"),
    ("plan", "CarePlan?subject:Patient={ada_id}"),
    ("", "CarePlan?patient={ada}&status=draft"),
    ("", "CarePlan?patient={ada}&status:not=active"),
    ("plan", "CarePlan?patient={ada}&status=draft,active"),
    ("plan", "CarePlan?patient={ada}&category={codes}|plan"),
    ("plan", "CarePlan?patient={ada}&category=plan"),
    ("", "CarePlan?patient={ada}&category=urn:other|plan"),
    ("plan", "CarePlan?activity-reference={order}"),
    ("plan", "CarePlan?patient={ada}&date=gt2026-05-01"),
    ("plan", "CarePlan?patient={ada}&date=lt2026-02-01"),
    ("plan", "CarePlan?patient={ada}&date=sa2025-12-31"),
    ("", "CarePlan?patient={ada}&date=ge2026-07-01"),
    ("", "CarePlan?patient={ada}&date=2026-03"),
    ("order", "MedicationRequest?code={codes}|{value}"),
    ("order", "MedicationRequest?code:text=sertr&patient={ada}"),
    ("order", "MedicationRequest?patient={ada}&authoredon=2026-03-01"),
    ("order", "MedicationRequest?requester={doctor}"),
    ("session", "Appointment?patient={ada_id}"),
    ("session", "Appointment?actor={doctor}"),
    ("session", "Appointment?practitioner={doctor_id}"),
    ("session", "Appointment?patient={ada}&date=2026-02-01"),
    ("session", "Appointment?patient={ada}&date=ge2026-02-01&date=lt2026-02-02"),
    ("session", "Appointment?patient={ada}&date=le2026-02-01T10:00:00Z"),
    ("", "Appointment?patient={ada}&date=lt2026-02-01T10:00:00Z"),
    ("", "Appointment?patient={ada}&status=cancelled"),
    ("", "Goal?patient=Patient/nonesuch"),
]


@pytest.mark.parametrize(("who", "search"), FINDS, ids=[search for _, search in FINDS])
def test_a_search_finds_what_r4_says(chart: Client, clinic: dict[str, str], who: str, search: str) -> None:
    ids = {f"{name}_id": clinic[name].partition("/")[2] for name in ("ada", "doctor")}
    path = search.format(system=IDENTIFIERS, codes=CODES, **clinic, **ids)
    assert chart.found(f"/{path}") == ([clinic[who]] if who else [])


@pytest.mark.parametrize(
    ("search", "also"),
    [
        ("CarePlan?_id={plan}&_include=CarePlan:activity-reference", {"order"}),
        ("CarePlan?_id={plan}&_include=CarePlan:activity-reference:MedicationRequest", {"order"}),
        ("CarePlan?_id={plan}&_include=CarePlan:activity-reference:Goal", set()),
        ("CarePlan?_id={plan}&_include=CarePlan:*", {"order", "ada"}),
        ("CarePlan?_id={plan}&_include=*", {"order", "ada"}),
        ("CarePlan?_id={plan}&_include=CarePlan:subject&_include=CarePlan:patient", {"ada"}),
        ("Appointment?_id={session}&_include=Appointment:actor", {"ada", "doctor"}),
        ("MedicationRequest?_id={order}&_revinclude=CarePlan:activity-reference", {"plan"}),
        (
            "CarePlan?_id={plan}&_include=CarePlan:activity-reference"
            "&_include:iterate=MedicationRequest:requester",
            {"order", "doctor"},
        ),
    ],
)
def test_an_include_adds_what_is_pointed_to(
    chart: Client, clinic: dict[str, str], search: str, also: set[str]
) -> None:
    path = search.format(**{name: key.partition("/")[2] for name, key in clinic.items()})
    entries = chart.get(f"/{path}").json()["entry"]
    modes = {named(entry["resource"]): entry["search"]["mode"] for entry in entries}
    assert {key for key, mode in modes.items() if mode == "include"} == {clinic[name] for name in also}
    assert len(entries) == 1 + len(also)
    assert entries[0]["fullUrl"] == f"{chart.base}/{named(entries[0]['resource'])}"


@pytest.mark.parametrize(
    ("prefix", "cut", "found"),
    [
        ("", 0, True),
        ("eq", 0, True),
        ("ge", 0, True),
        ("gt", 0, False),
        ("le", 0, True),
        ("lt", 0, False),
        ("ge", 19, True),
        ("gt", 19, False),
        ("le", 19, True),
        ("lt", 19, False),
        ("ge", 4, True),
    ],
)
def test_last_updated_compares_to_the_millisecond_and_skips_a_whole_second(
    chart: Client, ada: str, prefix: str, cut: int, found: bool
) -> None:
    moment = chart.get(f"/{ada}").json()["meta"]["lastUpdated"]
    asked = moment if not cut else moment[:cut] + ("+00:00" if cut == 19 else "")
    search = f"/Patient?_id={ada.partition('/')[2]}&_lastUpdated={prefix}{quote(asked)}"
    assert chart.found(search) == ([ada] if found else [])


def test_sorting_by_last_updated_works_both_ways(chart: Client, ada: str) -> None:
    made = [named(chart.made(goal(ada))) for _ in range(3)]
    assert chart.found(f"/Goal?patient={ada}&_sort=_lastUpdated") == made
    assert chart.found(f"/Goal?patient={ada}&_sort=-_lastUpdated") == made[::-1]


def test_a_search_can_be_posted(chart: Client, clinic: dict[str, str]) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = chart.ask(
        "POST", "/Patient/_search", f"identifier={quote(IDENTIFIERS)}%7C{clinic['value']}", **form
    )
    assert [named(entry["resource"]) for entry in answer.json()["entry"]] == [clinic["ada"]]


def test_a_count_comes_without_entries(chart: Client, ada: str) -> None:
    chart.made(goal(ada))
    for asked in ("_summary=count", "_count=0"):
        body = chart.get(f"/Goal?patient={ada}&{asked}").json()
        assert (body["total"], body.get("entry")) == (1, None)


@pytest.mark.parametrize(
    "query",
    [
        "nonesuch=1",
        "birthdate=bogus",
        "_lastUpdated=bogus",
        "_sort=nonesuch",
        "_include=Patient:nonesuch",
        "_include=nonesuch",
        "_count=abc",
        "general-practitioner:identifier=x",
    ],
)
def test_what_cannot_be_searched_is_refused_even_if_leniency_is_asked(chart: Client, query: str) -> None:
    answer = chart.get(f"/Patient?{query}", Prefer="handling=lenient")
    assert answer.status_code == 400
    assert words(answer)


def test_a_parameter_without_a_value_asks_for_nothing(chart: Client, ada: str) -> None:
    assert chart.found(f"/Patient?_id={ada.partition('/')[2]}&identifier=") == [ada]


def test_a_write_is_seen_by_the_next_search(chart: Client, ada: str) -> None:
    assert chart.found(f"/Goal?patient={ada}") == []
    made = chart.made(goal(ada))
    assert chart.found(f"/Goal?patient={ada}") == [named(made)]


@pytest.mark.parametrize("written", ["a|b", "a,b", "a$b", "a\\b", "a\\|b", "|", "a|"])
def test_an_escaped_token_finds_the_value_that_it_means(chart: Client, written: str) -> None:
    value = unique() + written
    made = named(chart.made(patient(identifier=identifier(value))))
    escaped = re.sub(r"([\\,|$])", r"\\\1", value)
    assert chart.found(f"/Patient?identifier={quote(f'{IDENTIFIERS}|{escaped}')}") == [made]
    assert chart.found(f"/Patient?identifier={quote(escaped)}") == [made]


def test_a_bar_in_a_value_that_is_not_escaped_counts_only_after_the_first(chart: Client) -> None:
    value = f"{unique()}a|b"
    made = named(chart.made(patient(identifier=identifier(value))))
    assert chart.found(f"/Patient?identifier={quote(f'{IDENTIFIERS}|{value}')}") == [made]
    assert chart.found(f"/Patient?identifier={quote(value)}") == []
