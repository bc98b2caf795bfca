import pytest

from service.fhir.r4_differences import CUT_SHORT
from service.fhir.schema import elements, is_resource_type, kind_of, walk

OURS = (
    "Appointment AppointmentResponse CarePlan CareTeam Communication Condition Encounter Flag Goal Medication"
    " MedicationRequest MedicationStatement Observation Patient Practitioner PractitionerRole Provenance"
    " QuestionnaireResponse ServiceRequest Task Bundle OperationOutcome"
)


def reachable(kinds):
    found, open_ends = set(), list(kinds)
    while open_ends:
        kind = open_ends.pop()
        if kind not in found:
            found.add(kind)
            open_ends.extend(one.kind for one in elements(kind).values() if not one.primitive)
    return found


@pytest.mark.parametrize("name", OURS.split())
def test_every_type_that_we_use_is_known(name):
    assert is_resource_type(name)
    assert elements(name)


@pytest.mark.parametrize(
    "name", ["Period", "Resource", "DomainResource", "Nobody", "", "SubscriptionTopic", "os"]
)
def test_what_is_no_resource_of_r4_is_none(name):
    assert not is_resource_type(name)


def test_no_list_of_codes_that_was_cut_short_is_held_against_anyone():
    for kind in reachable(OURS.split()):
        for element in elements(kind).values():
            assert not CUT_SHORT.intersection(element.codes), (kind, element.name)


def test_no_status_or_intent_of_ours_goes_unchecked():
    for kind in OURS.split():
        for name in {"status", "intent", "lifecycleStatus", "priority"} & set(elements(kind)):
            if elements(kind)[name].kind == "Code" and (kind, name) != ("Task", "businessStatus"):
                assert elements(kind)[name].codes, (kind, name)


def test_an_extension_holds_no_type_that_only_later_versions_have():
    assert not {"valueCodeableReference", "valueRatioRange"} & set(elements("Extension"))


def test_names_are_those_of_the_wire():
    assert "class" in elements("Encounter")
    assert "for" in elements("Task")
    assert "fhir_comments" not in elements("Task")


def test_an_unknown_type_has_no_elements():
    assert elements("Nobody") == {}
    assert kind_of(None, "x") == ""


def test_each_value_is_met_with_its_path_its_type_and_the_resources_around_it():
    drug = {"resourceType": "Medication", "id": "m", "status": "active"}
    order = {"resourceType": "MedicationRequest", "contained": [drug], "_status": {"id": "s"}}
    bundle = {"resourceType": "Bundle", "entry": [{"resource": order}], "odd": {"x": 1}}
    met = {place.path: place for place in walk(bundle)}
    assert met["Bundle.entry[0].resource"].kind == "MedicationRequest"
    assert met["Bundle.entry[0].resource"].root is order
    assert met["Bundle.entry[0].resource.contained[0].status"].resource is drug
    assert met["Bundle.entry[0].resource.contained[0].status"].root is order
    assert met["Bundle.entry[0].resource.contained[0].status"].kind == "Code"
    assert met["Bundle.entry[0].resource.status"].kind == "FHIRPrimitiveExtension"
    assert met["Bundle.odd.x"].kind == ""
    assert met["Bundle.odd.x"].root is bundle
