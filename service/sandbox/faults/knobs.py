"""The closed list of faults: name, what it does in a sentence, which requests it suits, and what it takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

from service.sandbox.faults import effects as one
from service.sandbox.faults import values
from service.sandbox.faults.effects import Effect
from service.sandbox.faults.scope import BUNDLES, BY_ID, EVERY, WRITES, Interaction

Readers: TypeAlias = Mapping[str, Callable[[Any], Any]]

_SEARCHES = frozenset({Interaction.SEARCH, Interaction.PAGE})
_PAGES = frozenset({Interaction.PAGE})
_CHANGES = BY_ID | BUNDLES
_SECONDS: Readers = {"seconds": values.seconds}
_ERROR: Readers = {"status": values.error_status}
_RETRY: Readers = {"retry_after": values.count, "form": partial(values.one_of, one.Form)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """One kind of fault; `usual` is what it strikes when no interaction is named, `times` how often then."""

    name: str
    makes: type[Effect]
    does: str
    suits: frozenset[Interaction] = EVERY
    usual: frozenset[Interaction] = EVERY
    takes: Readers = field(default_factory=dict)
    times: int | None = None


_KNOBS = (
    Knob(
        name="no-connection",
        makes=one.NoConnection,
        does="No connection comes about; over HTTP it is reset before an answer.",
    ),
    Knob(
        name="lost-request",
        makes=one.LostRequest,
        does="The request is lost on its way: no effect, no answer.",
    ),
    Knob(
        name="lost-response",
        makes=one.LostResponse,
        does="The request has its effect, and the answer is lost.",
        usual=WRITES,
    ),
    Knob(
        name="cut-body",
        makes=one.CutBody,
        does="The request has its effect, and the connection ends in the middle of the answer's body.",
    ),
    Knob(
        name="error-before",
        makes=one.ErrorBefore,
        does="An error, 500 unless `status` says otherwise, in place of the effect.",
        takes=_ERROR,
    ),
    Knob(
        name="error-after",
        makes=one.ErrorAfter,
        does="The effect, and then an error, 500 unless `status` says otherwise.",
        usual=WRITES,
        takes=_ERROR,
    ),
    Knob(
        name="latency",
        makes=one.Latency,
        does="The answer comes `seconds` later, 1 unless told.",
        takes=_SECONDS,
    ),
    Knob(
        name="late-effect",
        makes=one.LateEffect,
        does="No answer, and the effect comes only after `looks` later reads or searches, 1 unless told.",
        suits=WRITES,
        usual=WRITES,
        takes={"looks": values.positive},
    ),
    Knob(
        name="too-many-requests",
        makes=one.TooManyRequests,
        does="429 with a Retry-After of `retry-after` seconds, as a date with `form=date`.",
        takes=_RETRY,
    ),
    Knob(
        name="overloaded",
        makes=one.Overloaded,
        does="503 with a Retry-After of `retry-after` seconds, as a date with `form=date`.",
        takes=_RETRY,
    ),
    Knob(
        name="expired-token",
        makes=one.ExpiredToken,
        does="401 for the token of the first request that is struck, until another token comes.",
    ),
    Knob(
        name="expired-page",
        makes=one.ExpiredPage,
        does="410 for a later page of a search or a history.",
        suits=_PAGES,
        usual=_PAGES,
    ),
    Knob(
        name="409-for-412",
        makes=one.ConflictForPrecondition,
        does="409 where the server would answer 412, as HAPI does for a stale If-Match.",
        suits=WRITES,
        usual=WRITES,
    ),
    Knob(
        name="412-for-409",
        makes=one.PreconditionForConflict,
        does="412 where the server would answer 409, as Azure does for a stale If-Match.",
        suits=WRITES,
        usual=WRITES,
    ),
    Knob(
        name="stale-search",
        makes=one.StaleSearch,
        does="A search sees the chart of `seconds` ago, 60 unless told, or lacks the newest `versions`.",
        suits=_SEARCHES,
        usual=_SEARCHES,
        takes={**_SECONDS, "versions": values.positive},
    ),
    Knob(
        name="search-cache",
        makes=one.SearchCache,
        does="The same search finds the same for `seconds`, 60 as in HAPI, unless it asks for no-cache.",
        suits=frozenset({Interaction.SEARCH}),
        usual=frozenset({Interaction.SEARCH}),
        takes=_SECONDS,
    ),
    Knob(
        name="duplicate-row",
        makes=one.DuplicateRow,
        does="A later page begins with the last row of the page before it.",
        suits=_PAGES,
        usual=_PAGES,
    ),
    Knob(
        name="missing-row",
        makes=one.MissingRow,
        does="A later page lacks its first row.",
        suits=_PAGES,
        usual=_PAGES,
    ),
    Knob(
        name="reordered-rows",
        makes=one.ReorderedRows,
        does="Later pages hold each other's rows, last row first.",
        suits=_PAGES,
        usual=_PAGES,
    ),
    Knob(
        name="equal-timestamps",
        makes=one.EqualTimestamps,
        does="All that is written has one lastUpdated, that of the first write that is struck.",
        suits=WRITES,
        usual=WRITES,
    ),
    Knob(
        name="clock-skew",
        makes=one.ClockSkew,
        does="The server's clock is `seconds` ahead, 300 unless told, or behind if negative.",
        takes={"seconds": values.any_seconds},
    ),
    Knob(
        name="ignored-write",
        makes=one.IgnoredWrite,
        does="A write is answered as done and changes nothing; `says=kept` shows what is kept instead.",
        suits=WRITES,
        usual=WRITES,
        takes={"says": partial(values.one_of, one.Says)},
    ),
    Knob(
        name="dropped-elements",
        makes=one.DroppedElements,
        does="What stands at `paths`, such as `CarePlan.activity,Goal.note`, is dropped without a word.",
        suits=WRITES,
        usual=WRITES,
        takes={"paths": values.paths},
    ),
    Knob(
        name="merged-tags",
        makes=one.MergedTags,
        does="An update merges tags and security labels, whatever X-Meta-Snapshot-Mode says.",
        suits=WRITES,
        usual=WRITES,
    ),
    Knob(
        name="meanwhile-edit",
        makes=one.MeanwhileEdit,
        does="Somebody else changes a resource just before its update, as the merge patch `sets` says.",
        suits=_CHANGES,
        usual=_CHANGES,
        takes={"sets": values.merge_patch},
        times=1,
    ),
    Knob(
        name="merged-patient",
        makes=one.MergedPatient,
        does="`patient` is replaced by `into` and inactive; unnamed, the newest active one and a new one.",
        takes={"patient": values.patient, "into": values.patient},
        times=1,
    ),
    Knob(
        name="moved-resource",
        makes=one.MovedResource,
        does="`resource` goes to the patient `to`; unnamed, the newest one of a patient and a new patient.",
        takes={"resource": values.reference, "to": values.patient},
        times=1,
    ),
    Knob(
        name="wipe",
        makes=one.Wipe,
        does="Everything is gone, history and pages too, as after a reset.",
        times=1,
    ),
    Knob(
        name="swapped-server",
        makes=one.SwappedServer,
        does="Another server answers: another name, nothing of the chart, strangers under the patients' ids.",
    ),
)
KNOBS: Mapping[str, Knob] = {knob.name: knob for knob in _KNOBS}


def knob_of(effect: Effect) -> Knob:
    """Gives the kind of a fault."""
    return next(knob for knob in _KNOBS if isinstance(effect, knob.makes))
