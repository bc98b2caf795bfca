"""A push answers with its report; what kept it from being made is a problem with its own status."""

import pytest

from service.application.push_plan import PatientBusy, ReadOnly
from service.application.sync_plan import SyncPlan
from service.fhir.outcome import OutcomeIssue, Severity
from service.mapping.references import Key
from service.ports import ehr
from service.ports.storage import Pinned, Unknown
from service.sync.report import Done, ItemReport, PushReport, Standing
from service.sync.restored import ServerReset
from service.sync.two_way import MassVanish

ISSUE = OutcomeIssue(severity=Severity.ERROR, code="invalid", diagnostics="No.", expression=("Goal.target",))
REPORT = PushReport(
    plan_id="plan-1",
    revision=3,
    connection_id="default",
    standing=Standing.PARTLY,
    items=(
        ItemReport(key=Key("CarePlan", "plan-1"), done=Done.CREATED, reference="CarePlan/9", wrote=True),
        ItemReport(key=Key("Goal", "goal-1"), done=Done.REJECTED, reason="invalid", issues=(ISSUE,)),
    ),
)


def test_a_sync_tells_what_became_of_every_item(api, around) -> None:
    around.outcome = REPORT
    response = api.ask("POST", "/plans/plan-1/sync")
    assert response.status_code == 200
    assert around.pushed == [SyncPlan(plan_id="plan-1")]
    assert response.json == {
        "plan_id": "plan-1",
        "revision": 3,
        "connection_id": "default",
        "standing": "partly",
        "writes": 1,
        "counts": {"created": 1, "rejected": 1},
        "items": [
            {
                "key": {"type": "CarePlan", "item": "plan-1"},
                "done": "created",
                "reference": "CarePlan/9",
                "issues": [],
                "not_kept": [],
                "wrote": True,
            },
            {
                "key": {"type": "Goal", "item": "goal-1"},
                "done": "rejected",
                "reason": "invalid",
                "issues": [
                    {
                        "severity": "error",
                        "code": "invalid",
                        "diagnostics": "No.",
                        "expression": ["Goal.target"],
                    }
                ],
                "not_kept": [],
                "wrote": False,
            },
        ],
    }


FAILURES: list[tuple[Exception, int, str, str | None]] = [
    (Unknown("plan", "plan-1"), 404, "unknown", None),
    (ReadOnly("connection default is read-only"), 409, "read-only-connection", None),
    (MassVanish(4, 12), 409, "chart-looks-emptied", None),
    (ServerReset("older versions"), 409, "server-looks-reset", None),
    (PatientBusy("patient p is being written by another run"), 409, "patient-busy", "5"),
    (Pinned("default", "identifier_system"), 409, "pinned", None),
    (ehr.Unavailable("no answer"), 503, "ehr-unavailable", "5"),
    (ehr.UnknownOutcome("cut off"), 504, "ehr-outcome-unknown", None),
    (ehr.Throttled("slow down", retry_after=12.2), 503, "ehr-throttles", "13"),
    (ehr.Throttled("slow down", retry_after=0.0), 503, "ehr-throttles", "1"),
    (ehr.Throttled("slow down"), 503, "ehr-throttles", "5"),
    (ehr.Contended("in the way"), 503, "ehr-contended", "5"),
    (ehr.Denied("no entry"), 502, "ehr-denies", None),
    (ehr.NotFhir("a web page"), 502, "ehr-is-not-fhir", None),
    (ehr.Stale("moved on"), 409, "chart-moved-on", None),
    (ehr.SeveralMatch("two"), 409, "several-match", None),
    (ehr.Missing("none"), 502, "ehr-lacks-resource", None),
    (ehr.Gone("deleted"), 502, "ehr-lacks-resource", None),
    (ehr.EhrError("other"), 502, "ehr-failed", None),
]


@pytest.mark.parametrize(
    ("failure", "status", "name", "retry"), FAILURES, ids=[type(row[0]).__name__ for row in FAILURES]
)
def test_each_failure_has_the_status_of_the_reaction_it_deserves(
    api, around, failure: Exception, status: int, name: str, retry: str | None
) -> None:
    around.outcome = failure
    response = api.ask("POST", "/plans/plan-1/sync")
    assert response.status_code == status
    assert response.json["type"] == f"https://w3id.org/tandem-care/problems/{name}"
    assert response.headers.get("Retry-After") == retry


def test_a_refusal_by_the_server_comes_with_its_codes_and_paths(api, around) -> None:
    around.outcome = ehr.Rejected("refused with 422", issues=[ISSUE])
    response = api.ask("POST", "/plans/plan-1/sync")
    assert response.status_code == 502
    assert response.json["issues"] == [
        {"severity": "error", "code": "invalid", "expression": ["Goal.target"]}
    ]


def test_a_servers_words_stay_in_its_own_log(api, around) -> None:
    quoting = OutcomeIssue(
        severity=Severity.ERROR,
        code="Maja",
        diagnostics="Maja",
        expression=("Maja says", "Goal.note[0].text"),
    )
    around.outcome = ehr.Rejected("refused with 422", issues=[quoting])
    response = api.ask("POST", "/plans/plan-1/sync")
    assert response.json["issues"] == [
        {"severity": "error", "code": "unknown", "expression": ["Goal.note[0].text"]}
    ]
    assert "Maja" not in response.text


def test_without_an_ehr_nothing_is_pushed(around) -> None:
    response = around.app(ehr=False).test_client().post("/plans/plan-1/sync")
    assert response.status_code == 503
    assert response.json["detail"] == "No EHR is configured."
