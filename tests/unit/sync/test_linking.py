"""What an import links: what was read, and what another plan has linked already."""

from service.mapping.references import Key
from service.ports.storage import LinkState
from service.sync.linking import imported_links
from tests.builders import PSYCHIATRIST, a_plan
from tests.unit.sync.bench import agreed, an_agenda, an_entry


def test_what_another_plan_linked_and_this_chart_did_not_show_keeps_its_link() -> None:
    key = Key("Practitioner", PSYCHIATRIST.id)
    known = an_entry(key, "5", patient_id=None, **agreed({"resourceType": "Practitioner"}))
    links = {
        Key(one.resource_type, one.item_id): one for one in imported_links(an_agenda(a_plan(), known), {})
    }
    assert links.pop(key) == known
    assert {one.state for one in links.values()} == {LinkState.PLAN_ONLY}
