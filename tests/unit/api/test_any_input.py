"""Whatever is sent, the answer is one of those that are promised, and never a crash."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.document import plan_to_document
from service.domain.plan import Plan
from tests.builders import a_plan, the_full_plan

# The application keeps nothing between examples but plans, which these neither make twice nor look for.
ANY_TIME = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
TEXTS = st.text(st.characters(), max_size=8) | st.sampled_from(
    ["\0", "\ud800", "1e999", "2026-02-30", "9" * 40]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [path, *(one for key, member in members for one in places(member, (*path, key)))]


def with_value(document: Any, path: tuple[str | int, ...], value: Any) -> Any:
    if not path:
        return value
    copied = document.copy()
    copied[path[0]] = with_value(document[path[0]], path[1:], value)
    return copied


FULL = plan_to_document(the_full_plan())


@ANY_TIME
@given(st.sampled_from(places(FULL)), JSON)
def test_a_plan_with_anything_anywhere_is_answered(api, path: tuple[str | int, ...], value: Any) -> None:
    body = json.dumps(with_value(FULL, path, value))
    assert api.post("/plans", body).status_code in {400, 422}  # nobody of its people is in the directory


@ANY_TIME
@given(st.dictionaries(st.sampled_from(sorted(FULL)) | TEXTS, JSON, max_size=3))
def test_any_patch_is_answered(api, plan: Plan, patch: dict[str, Any]) -> None:
    head = api.get(f"/plans/{plan.id}").headers["ETag"]
    response = api.patch(f"/plans/{plan.id}", json.dumps(patch), If_Match=head)
    assert response.status_code in {200, 422}


@ANY_TIME
@given(st.binary(max_size=60))
def test_any_bytes_are_answered(api, body: bytes) -> None:
    assert api.post("/plans", body).status_code in {400, 422}


@ANY_TIME
@given(st.dictionaries(st.sampled_from(["after", "limit", "status", "identifier", "updated_since"]), TEXTS))
def test_any_query_is_answered(api, query: dict[str, str]) -> None:
    told = {name: value.encode("utf-8", "replace") for name, value in query.items()}
    response = api.ask("GET", "/plans", query_string=told)
    assert response.status_code in {200, 422}


def test_the_plan_that_is_spoilt_here_is_sound(api) -> None:
    api.keep(the_full_plan())
    assert a_plan().id == FULL["id"]
