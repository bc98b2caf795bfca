"""$meta, $meta-add and $meta-delete: relabelling that no cursor sees (row 6)."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.contract.fhir_server.client import Client, named, patient, unique, words

LABELS = "urn:tandem:labels"
GIVEN = {
    "tag": [{"system": LABELS, "code": "a"}, {"system": LABELS, "code": "b"}],
    "security": [{"system": LABELS, "code": "R"}],
    "profile": ["http://example.org/p"],
}


def meant(**labels: Any) -> dict[str, Any]:
    """The Parameters that an operation takes."""
    return {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": labels}]}


def labels(answer: Any) -> dict[str, list[Any]]:
    """The labels of an answer's Parameters, or of a resource, in an order of ours."""
    body = answer.json()
    held = body["parameter"][0]["valueMeta"] if body["resourceType"] == "Parameters" else body["meta"]
    return {name: sorted(map(_short, held[name])) for name in GIVEN if held.get(name)}


def _short(label: Any) -> str:
    return label if isinstance(label, str) else f"{label.get('system', '')}|{label['code']}"


ALL = {
    "tag": [f"{LABELS}|a", f"{LABELS}|b"],
    "security": [f"{LABELS}|R"],
    "profile": ["http://example.org/p"],
}


def test_labels_are_added_and_taken_away_and_answered_as_they_then_are(chart: Client, ada: str) -> None:
    assert labels(chart.get(f"/{ada}/$meta")) == {}
    assert labels(chart.post(f"/{ada}/$meta-add", meant(**GIVEN))) == ALL
    assert labels(chart.post(f"/{ada}/$meta-add", meant(tag=GIVEN["tag"]))) == ALL, "none twice"
    assert labels(chart.get(f"/{ada}")) == labels(chart.get(f"/{ada}/$meta")) == ALL
    taken = meant(tag=[{"system": LABELS, "code": "a"}, {"code": "b"}], profile=["http://example.org/q"])
    left = ALL | {"tag": [f"{LABELS}|b"]}
    assert labels(chart.post(f"/{ada}/$meta-delete", taken)) == left
    assert labels(chart.post(f"/{ada}/$meta-delete", meant(**GIVEN))) == {}
    assert labels(chart.get(f"/{ada}")) == {}


def test_relabelling_changes_neither_version_nor_last_updated_nor_history(chart: Client, ada: str) -> None:
    before = chart.get(f"/{ada}").json()
    chart.put(f"/{ada}", {**before, "gender": "other"})
    changed = chart.get(f"/{ada}").json()
    said = chart.post(f"/{ada}/$meta-add", meant(**GIVEN)).json()["parameter"][0]["valueMeta"]
    after = chart.get(f"/{ada}")
    for stamp in ("versionId", "lastUpdated"):
        assert after.json()["meta"][stamp] == said[stamp] == changed["meta"][stamp]
    assert after.headers["ETag"] == 'W/"2"'
    since = quote(changed["meta"]["lastUpdated"])
    bundle = chart.get(f"/{ada}/_history?_since={since}").json()
    assert [one["request"]["url"] for one in bundle["entry"]] == [f"{ada}/_history/2"]
    assert labels(chart.get(f"/{ada}/_history/2")) == ALL
    assert labels(chart.get(f"/{ada}/_history/1")) == {}


def test_a_new_label_is_found_and_an_old_version_number_still_writes(chart: Client) -> None:
    code = unique()
    made = chart.made(patient())
    chart.post(f"/{named(made)}/$meta-add", meant(tag=[{"system": LABELS, "code": code}]))
    assert chart.found(f"/Patient?_tag={LABELS}|{code}") == [named(made)]
    answer = chart.put(f"/{named(made)}", {**made, "gender": "other"}, If_Match='W/"1"')
    assert answer.status_code == 200
    assert labels(answer) == {"tag": [f"{LABELS}|{code}"]}, "and a PUT keeps it"


@pytest.mark.parametrize(
    "body",
    [{"resourceType": "Parameters"}, {"resourceType": "Patient"}],
    ids=["nothing meant", "no Parameters"],
)
def test_an_operation_without_meta_is_refused(chart: Client, ada: str, body: dict[str, Any]) -> None:
    answer = chart.post(f"/{ada}/$meta-add", body)
    assert answer.status_code == 400
    assert "HAPI-0554" in words(answer)


def test_a_meta_that_is_none_is_refused_and_one_without_labels_changes_nothing(
    chart: Client, ada: str
) -> None:
    for status, value in ((400, {"valueString": "x"}), (200, {"valueMeta": {"tag": [[]]}})):
        parameters = [{"name": "other"}, {"name": "meta", **value}]
        body = {"resourceType": "Parameters", "parameter": parameters}
        assert chart.post(f"/{ada}/$meta-add", body).status_code == status
        assert labels(chart.get(f"/{ada}")) == {}


def test_the_labels_of_what_never_was_are_404(chart: Client) -> None:
    nobody = f"/Patient/never-{unique()}"
    assert chart.get(f"{nobody}/$meta").status_code == 404
    assert chart.post(f"{nobody}/$meta-add", meant(**GIVEN)).status_code == 404


def test_labels_are_changed_by_post_only(chart: Client, ada: str) -> None:
    assert chart.get(f"/{ada}/$meta-add").status_code == 405
    assert chart.get(f"/{ada}/$meta-delete").status_code == 405


def test_the_operations_are_declared(chart: Client) -> None:
    resources = chart.get("/metadata").json()["rest"][0]["resource"]
    (declared,) = [one["operation"] for one in resources if one["type"] == "Goal"]
    assert {"meta", "meta-add", "meta-delete"} <= {one["name"] for one in declared}
