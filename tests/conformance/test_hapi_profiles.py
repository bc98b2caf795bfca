"""A real FHIR server takes our definitions, and its `$validate` agrees with what we write.

A Bundle of a plan whose resources name their profiles is validated against base R4 and against ours at once.
"""

from collections.abc import Mapping
from copy import deepcopy

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import fhir_profiles
from fhir_profiles.build import file_name
from fhir_profiles.choice import profile_for
from service.fhir.json import JsonObject, dumps
from service.mapping.graph import EVERYTHING, Scope, Subject, project
from service.mapping.medication_request import Intent
from service.mapping.references import Key, Refs
from tests.builders import DIRECTORY, the_full_plan
from tests.ehr_servers import real_server
from tests.strategies import directories, plans

pytestmark = pytest.mark.ehr

JSON = {"Content-Type": "application/fhir+json"}
SCOPES = (EVERYTHING, Scope(intent=Intent.PROPOSAL))
# HAPI 8.8.0 looks for a package to check the context of any extension's definition in, and has none.
NO_PACKAGE = "Unable to resolve package id hl7.fhir.r4.core"
PLANS = 200
EXAMPLES = {file_name(one): one for one in fhir_profiles.examples()}


class Validator:
    """A real server that holds our definitions."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._session = requests.Session()
        self._session.headers.update(JSON)

    def load(self, resource: JsonObject) -> None:
        path = f"{self._base}/{resource['resourceType']}/{resource['id']}"
        answer = self._session.put(path, data=dumps(resource).encode(), timeout=60)
        assert answer.status_code in (200, 201), answer.text

    def snapshot(self, definition: JsonObject) -> JsonObject:
        """Gives the snapshot that the server makes of a differential."""
        path = f"{self._base}/StructureDefinition/$snapshot"
        asked = {"resourceType": "Parameters", "parameter": [{"name": "definition", "resource": definition}]}
        answer = self._session.post(path, data=dumps(asked).encode(), timeout=60)
        return answer.json()["snapshot"]

    def errors(self, resource: JsonObject, profile: str | None = None) -> list[str]:
        """Gives path and words of every error that the server finds."""
        path = f"{self._base}/{resource['resourceType']}/$validate"
        asked = {} if profile is None else {"profile": profile}
        answer = self._session.post(path, params=asked, data=dumps(resource).encode(), timeout=120)
        return [
            f"{issue.get('location', ['?'])[0]}: {issue['diagnostics']}"
            for issue in answer.json()["issue"]
            if issue["severity"] in ("error", "fatal")
        ]


@pytest.fixture(scope="module")
def validator() -> Validator:
    """Gives the server once it has taken every definition."""
    held = Validator(real_server())
    for definition in fhir_profiles.resources():
        held.load(definition)
    return held


def claimed(resource: JsonObject) -> JsonObject:
    """Gives a resource that names the profile that it is meant to conform to."""
    profile = profile_for(resource)
    assert profile is not None
    return {**resource, "meta": {"profile": [profile]}}


def bundle(graph: Mapping[Key, JsonObject]) -> JsonObject:
    entries = [{"fullUrl": key.urn, "resource": claimed(one)} for key, one in graph.items()]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


@pytest.mark.parametrize("definition", fhir_profiles.resources(), ids=file_name)
def test_a_definition_is_valid(validator, definition):
    """HAPI itself says that nothing is wrong with it."""
    assert [one for one in validator.errors(definition) if NO_PACKAGE not in one] == []


def test_a_definition_is_taken_again_as_it_stands(validator):
    for definition in fhir_profiles.resources():
        validator.load(definition)


SHAPES = [one for one in fhir_profiles.resources() if one["resourceType"] == "StructureDefinition"]


@pytest.mark.parametrize("definition", SHAPES, ids=file_name)
def test_the_server_makes_a_snapshot_of_each_differential(validator, definition):
    made = {element["id"] for element in validator.snapshot(definition)["element"]}
    assert {element["id"] for element in definition["differential"]["element"]} <= made


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_valid_in_base_r4(validator, name):
    assert validator.errors(EXAMPLES[name]) == []


def claiming(resource: JsonObject) -> JsonObject:
    """Gives an example in which every resource names its profile."""
    if resource["resourceType"] != "Bundle":
        return claimed(resource)
    entries = [{**entry, "resource": claimed(entry["resource"])} for entry in resource["entry"]]
    return {**resource, "entry": entries}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_conforms_to_our_profiles(validator, name):
    assert validator.errors(claiming(EXAMPLES[name])) == []


@pytest.mark.parametrize("scope", SCOPES, ids=["planned", "proposed"])
def test_the_plan_with_every_field_set_conforms_to_our_profiles(validator, scope):
    subject = Subject(plan=the_full_plan(), people=DIRECTORY)
    assert validator.errors(bundle(project(subject, Refs(), scope=scope))) == []


@pytest.mark.timeout(600)
def test_generated_plans_conform_to_our_profiles(validator):
    kinds: set[str | None] = set()

    @seed(4)
    @settings(
        max_examples=PLANS,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def conforms(data):
        plan = data.draw(plans())
        scope = data.draw(st.sampled_from(SCOPES))
        graph = project(Subject(plan=plan, people=data.draw(directories(plan))), Refs(), scope=scope)
        kinds.update(profile_for(one) for one in graph.values())
        assert validator.errors(bundle(graph)) == []

    conforms()
    assert kinds == {url for url in (profile_for(one) for one in EXAMPLES.values()) if url is not None}


def example(type_: str, ending: str) -> JsonObject:
    return deepcopy(EXAMPLES[f"{type_}-depression-{ending}.json"])


def _balance(plan):
    plan["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] = "half-and-half"


def _order(request):
    request["intent"] = "order"


def _other_system(resource):
    resource["identifier"][0]["system"] = "urn:others"


def _other_measure(score):
    score["code"]["coding"][0]["code"] = "8867-4"


def _no_zone(appointment):
    for name in ("_start", "_end", "extension"):
        appointment.pop(name, None)


def _without(name):
    return lambda resource: resource.pop(name)


def _alone(team):
    team["participant"] = team["participant"][1:]


SPOILT = {
    "a balance that is none": ("CarePlan", "care-plan", _balance, "half-and-half"),
    "a plan without our identifier": ("CarePlan", "care-plan", _other_system, "CarePlan.identifier:tandem"),
    "a plan without its title": ("CarePlan", "care-plan", _without("title"), "CarePlan.title"),
    "a medicine that is ordered": ("MedicationRequest", "medication-request", _order, "'order'"),
    "a score of no instrument": ("Observation", "score", _other_measure, "tandem-measure"),
    "a decision without its time": (
        "Observation",
        "balance-decision",
        _without("issued"),
        "Observation.issued",
    ),
    "an appointment of no zone": ("Appointment", "appointment", _no_zone, "tandem-appointment-1"),
    "a team without its patient": ("CareTeam", "care-team", _alone, "tandem-team-1"),
}


@pytest.mark.parametrize(("type_", "ending", "spoil", "words"), SPOILT.values(), ids=SPOILT)
def test_what_does_not_conform_is_refused_by_our_profile_and_not_by_base_r4(
    validator, type_, ending, spoil, words
):
    spoilt = example(type_, ending)
    profile = profile_for(spoilt)
    spoil(spoilt)
    assert any(words in error for error in validator.errors(spoilt, profile))
    entry = {"fullUrl": "urn:uuid:00000000-0000-4000-8000-000000000001", "resource": spoilt}
    if words != "half-and-half":  # an extension is checked wherever it stands
        assert validator.errors(spoilt) == []
    spoilt["meta"] = {"profile": [profile]}
    collection = {"resourceType": "Bundle", "type": "collection", "entry": [entry]}
    assert any(words in error for error in validator.errors(collection))
