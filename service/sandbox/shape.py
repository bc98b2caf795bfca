"""What kind of EHR the sandbox plays; `/metadata` says the same."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The abilities of one kind of server; the defaults are those of the HAPI FHIR 8.8 in `tests/hapi`.

    A server without `conditional_create` has never heard of If-None-Exist and creates a second resource; one
    that does not honour If-Match overwrites; one with `writable` types answers 405 to writes of others.
    """

    fhir_version: str = "4.0.1"
    software: str = "Tandem sandbox"
    writable: frozenset[str] | None = None
    transaction: bool = True
    batch: bool = True
    conditional_create: bool = True
    conditional_update: bool = True
    update_create: bool = True
    patch: bool = True
    history: bool = True
    honours_if_match: bool = True
    merges_tags: bool = True
    heeds_snapshot_mode: bool = True
    external_references: bool = True
    validates: bool = False
    page_size: int = 20
    largest_page: int = 200
    page_lifetime: timedelta = timedelta(hours=1)

    def writes(self, kind: str) -> bool:
        """Tells whether resources of this type may be created and changed."""
        return self.writable is None or kind in self.writable
