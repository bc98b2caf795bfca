"""Whatever both sides have edited: a dry run tells the very requests that its application and a pass send."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from service.application.preview_sync import ApplySync, Preview, apply_sync, preview_sync
from service.application.sync_plan import SyncPlan
from service.domain.revision import check_succession
from service.domain.values import Invalid
from service.fhir.json import JsonObject, dumps, loads
from service.mapping.references import Key
from service.ports.storage import MedicationMode
from service.sandbox.shape import Shape
from tests.property.two_sided import ENDINGS_HERE, ENDINGS_THERE, FIELDS, a_small_plan
from tests.scenarios.clinic import BASE, WITHOUT_TRANSACTIONS, Clinic, ours

STAMPS = {"versionId", "lastUpdated", "source"}
EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("here"), st.sampled_from(sorted(FIELDS))),
        st.tuples(st.just("there"), st.sampled_from(sorted(FIELDS))),
        st.tuples(st.just("end here"), st.sampled_from(sorted(ENDINGS_HERE))),
        st.tuples(st.just("end there"), st.sampled_from(sorted(ENDINGS_THERE))),
    ),
    max_size=5,
)
CASES = {
    "shape": st.sampled_from((Shape(), WITHOUT_TRANSACTIONS)),
    "medications": st.sampled_from((MedicationMode.PLAN, MedicationMode.PROPOSE)),
    "fresh": st.booleans(),
    "edits": EDITS,
}


@pytest.mark.timeout(1200)
@settings(max_examples=12, deadline=None)
@given(**CASES)
def test_a_dry_run_its_application_and_a_pass_ask_for_the_same(**case: Any) -> None:
    clinic, twin = a_clinic(**case), a_clinic(**case)
    before = vars(clinic.storage.kept.copy()), list(clinic.store.history())
    seen = preview_sync(SyncPlan(plan_id=clinic.plan.id), clinic.ports)
    assert (vars(clinic.storage.kept.copy()), list(clinic.store.history())) == before
    clinic.asked.clear()
    report = apply_sync(ApplySync(plan_id=clinic.plan.id, digest=seen.digest), clinic.ports)
    sent = list(told(clinic))
    assert sent == list(foretold(seen))
    assert twin.sync() == report
    assert list(told(twin)) == sent
    assert twin.head() == clinic.head()
    assert {one.digest for one in twin.inbox} == {one.digest for one in clinic.inbox}


def a_clinic(
    *, shape: Shape, medications: MedicationMode, fresh: bool, edits: list[tuple[str, str]]
) -> Clinic:
    """A clinic with these edits on both sides since they agreed, or one whose plan was never sent."""
    clinic = Clinic(a_small_plan(), shape=shape, medications=medications)
    if not fresh:
        clinic.sync()
    clinic.before = {address(one) for one in clinic.all()}  # type: ignore[attr-defined]  what is not new
    for number, (side, name) in enumerate(edits, start=1):
        match side:
            case "here":
                revise(clinic, lambda plan, name=name, number=number: FIELDS[name].write(plan, number))
            case "end here":
                revise(clinic, ENDINGS_HERE[name])
            case "there" if not fresh and held(clinic, FIELDS[name].key):
                key = FIELDS[name].key
                clinic.edit(clinic.address(key), **FIELDS[name].edit(clinic.of(key), number))
            case "end there" if not fresh and held(clinic, ENDINGS_THERE[name][0]):
                key, elements = ENDINGS_THERE[name]
                clinic.edit(clinic.address(key), **elements)
    return clinic


def revise(clinic: Clinic, change: Any) -> None:
    before = clinic.head()
    try:
        after = change(before)
        check_succession(before, after)
    except Invalid:
        return
    if after != before:
        clinic.revise(after)


def held(clinic: Clinic, key: Key) -> bool:
    return any(key.item in ours(one) for one in clinic.all(key.type))


def address(resource: JsonObject) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def told(clinic: Clinic) -> Iterator[str]:
    """What left, as bytes of one spelling; ids that the server gave meanwhile read as our urns."""
    new = {
        address(one): Key(one["resourceType"], *ours(one)).urn
        for one in clinic.all()
        if address(one) not in clinic.before and ours(one)  # type: ignore[attr-defined]  as above
    }
    yield from (_sent(one, new) for one in clinic.asked if one.method != "GET")


def _sent(request: requests.PreparedRequest, new: dict[str, str]) -> str:
    url = str(request.url).removeprefix(BASE).lstrip("/")
    text = bytes(request.body or b"").decode()
    for place, urn in new.items():
        text = text.replace(f'"{place}"', f'"{urn}"')
    body = loads(text)
    if url in new:
        body = {**unstamped(body), "id": new[url]}
        url = f"{url.partition('/')[0]}/{new[url]}"
    return _plain(str(request.method), url, dict(request.headers), body)


def foretold(seen: Preview) -> Iterator[str]:
    """What would leave, in the same spelling."""
    yield from (_plain(one.method, one.url, one.headers, one.body) for one in seen.requests)


def _plain(method: str, url: str, headers: dict[str, str], body: JsonObject) -> str:
    given = {name: headers.get(name) for name in ("If-Match", "If-None-Exist", "Prefer")}
    if "urn:uuid:" in url:
        given["If-Match"] = "as the answer to an earlier request said"
    return json.dumps([method, url, given]) + dumps(body, sort_keys=True)


def unstamped(body: JsonObject) -> JsonObject:
    meta = {name: one for name, one in body.get("meta", {}).items() if name not in STAMPS}
    bare = {name: one for name, one in body.items() if name != "meta"}
    return {**bare, "meta": meta} if meta else bare
