import pytest

from service.mapping.extensions import EXTENSIONS, IANA_ZONE, OUR_EXTENSIONS
from service.mapping.overlay import write
from service.mapping.references import Refs

THEIRS = {"url": "http://example.com/extension", "valueString": "theirs"}


@pytest.mark.parametrize("extension", EXTENSIONS, ids=lambda one: one.name)
def test_an_extension_gives_back_its_value_from_among_others(extension):
    assert extension.within([THEIRS, *extension.holding("value")]) == "value"
    assert extension.within([THEIRS]) is None
    assert extension.within(None) is None
    assert extension.holding(None) == []


def test_names_and_values_of_extensions_are_those_of_fhir():
    assert len({one.url for one in EXTENSIONS}) == len(EXTENSIONS)
    for one in EXTENSIONS:
        assert one.url.startswith("https://w3id.org/tandem-care/fhir/StructureDefinition/")
        assert one.value.startswith("value")
        assert one.on


def test_only_extensions_of_ours_are_written_and_removed():
    chart = {"resourceType": "Basic", "extension": [THEIRS, *IANA_ZONE.holding("Europe/Berlin")]}
    other = {"resourceType": "Basic", "extension": IANA_ZONE.holding("Asia/Kolkata")}
    shape = {"extension": OUR_EXTENSIONS}
    laid = write(other, chart, shape, refs=Refs())["extension"]
    assert laid == [THEIRS, *IANA_ZONE.holding("Asia/Kolkata")]
    assert write({"resourceType": "Basic"}, chart, shape, refs=Refs())["extension"] == [THEIRS]
