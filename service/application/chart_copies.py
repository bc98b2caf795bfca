"""How a pass reads what is the clinic's own: as an import does, by a copy that carries our identifier."""

from dataclasses import dataclass

from service.fhir.json import JsonObject
from service.intake.activities import held_inside
from service.intake.adoption import completed, item_of
from service.ports.storage import Connection


@dataclass(frozen=True, slots=True)
class ChartCopies:
    """`service.sync.adopting.Copying` over one connection."""

    connection: Connection

    def item(self, address: str) -> str:
        """Return the id of what a resource stands for, the same as an import would give it."""
        return item_of(self.connection.base_url, address)

    def inside(self, care_plan: JsonObject, element: str, index: int) -> JsonObject | None:
        """Return the resource that an entry of a CarePlan describes or contains, as an import reads it."""
        return held_inside(care_plan, element, index)

    def copy(self, resource: JsonObject, item: str, zone: str | None) -> JsonObject:
        """Return the copy of a resource that stands for an item."""
        return completed(resource, item, self.connection.identifier_system, zone=zone)
