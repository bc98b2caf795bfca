"""What a plan was before stays readable, and says who changed what."""

from service.document import plan_to_document
from service.domain.plan import Plan


def changed(api, plan: Plan, times: int) -> None:
    for number in range(1, times + 1):
        api.patch(f"/plans/{plan.id}", {"title": f"Title {number + 1}"}, If_Match=f'"{number}"')


def test_a_revision_stays_as_it_was(api, plan: Plan) -> None:
    changed(api, plan, 1)
    first = api.get(f"/plans/{plan.id}/revisions/1")
    assert first.json["plan"] == plan_to_document(plan)
    assert first.headers["ETag"] == '"1"'
    second = api.get(f"/plans/{plan.id}/revisions/2").json
    assert second["plan"]["title"] == "Title 2"
    assert {name: second[name] for name in second.keys() - {"plan"}} == {
        "number": 2,
        "groups": ["title"],
        "author": "n.okafor",
        "origin": "person",
        "recorded_at": "2026-03-02T09:00:00+00:00",
    }


def test_a_reader_who_has_a_revision_gets_nothing(api, plan: Plan) -> None:
    assert api.get(f"/plans/{plan.id}/revisions/1", If_None_Match='"1"').status_code == 304


def test_revisions_come_in_pages_oldest_first(api, plan: Plan) -> None:
    changed(api, plan, 4)
    path, seen = f"/plans/{plan.id}/revisions?limit=2", []
    while path:
        response = api.get(path)
        seen.append([one["number"] for one in response.json["items"]])
        link = response.headers.get("Link", "")
        path = link[1 : link.index(">")] if link else ""
    assert seen == [[1, 2], [3, 4], [5]]


def test_a_revision_that_is_not_there_is_not_found(api, plan: Plan) -> None:
    for path in ("revisions/2", "revisions/0", "revisions/99999999999", "revisions/one"):
        assert api.get(f"/plans/{plan.id}/{path}").status_code == 404
    assert api.get("/plans/other/revisions").status_code == 404


def test_a_list_of_revisions_refuses_what_is_no_number(api, plan: Plan) -> None:
    response = api.get(f"/plans/{plan.id}/revisions?after=x")
    assert [one["field"] for one in response.json["errors"]] == ["after"]
