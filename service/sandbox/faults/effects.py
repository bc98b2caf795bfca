"""What can go wrong, as a closed union: each value is one fault without its scope."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Form(StrEnum):
    """How Retry-After is written."""

    SECONDS = "seconds"
    DATE = "date"


class Says(StrEnum):
    """What an ignored write is answered with: what was sent, or what is still kept."""

    SENT = "sent"
    KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoConnection:
    """No connection comes about, or it is reset before anything was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LostRequest:
    """The request is lost on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LostResponse:
    """The request has its effect and the answer is lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CutBody:
    """The request has its effect and the connection ends in mid-body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBefore:
    """An error in place of the effect."""

    status: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorAfter:
    """The effect, and then an error."""

    status: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """A wait before anything happens."""

    seconds: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LateEffect:
    """No answer, and the effect comes only after so many look-ups."""

    looks: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyRequests:
    """429 with Retry-After."""

    retry_after: int = 1
    form: Form = Form.SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Overloaded:
    """503 with Retry-After."""

    retry_after: int = 1
    form: Form = Form.SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiredToken:
    """401 for the token of the first request that is struck, until another token comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiredPage:
    """410 for a later page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictForPrecondition:
    """409 where the server would say 412."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreconditionForConflict:
    """412 where the server would say 409."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleSearch:
    """A search sees the chart of so long ago, or, if `versions` is set, lacks that many newest versions."""

    seconds: float = 60.0
    versions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchCache:
    """The same search finds the same resources for so long, unless it asks for no-cache or no-store."""

    seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateRow:
    """A later page begins with the last row of the page before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingRow:
    """A later page lacks its first row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReorderedRows:
    """Later pages hold each other's rows, last row first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualTimestamps:
    """All that is written has the lastUpdated of the first write that is struck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSkew:
    """The server's clock is so far ahead, or behind if negative."""

    seconds: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoredWrite:
    """A write is answered as done and changes nothing."""

    says: Says = Says.SENT


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedElements:
    """Elements at these paths, such as `CarePlan.activity.detail`, are not kept."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedTags:
    """An update merges tags and labels, whatever X-Meta-Snapshot-Mode says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanwhileEdit:
    """Somebody else changes each resource just before the request does; `sets` is a JSON merge patch."""

    sets: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedPatient:
    """A patient is replaced by another; unnamed, they are the newest active one and a new one."""

    patient: str = ""
    into: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedResource:
    """A resource goes to another patient; unnamed, they are the newest one of a patient and a new patient."""

    resource: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wipe:
    """Everything is gone, history and pages too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwappedServer:
    """Another server answers, with strangers under the ids of the patients."""


Event: TypeAlias = MeanwhileEdit | MergedPatient | MovedResource | Wipe
Refused: TypeAlias = (
    NoConnection | LostRequest | ErrorBefore | TooManyRequests | Overloaded | ExpiredToken | ExpiredPage
)
Lens: TypeAlias = (
    StaleSearch
    | SearchCache
    | EqualTimestamps
    | ClockSkew
    | IgnoredWrite
    | DroppedElements
    | MergedTags
    | SwappedServer
)
Spoilt: TypeAlias = (
    ConflictForPrecondition | PreconditionForConflict | DuplicateRow | MissingRow | ReorderedRows
)
Lost: TypeAlias = LostResponse | ErrorAfter | CutBody
Effect: TypeAlias = Event | Refused | Lens | Spoilt | Lost | Latency | LateEffect
