"""What goes wrong between us and a chart, and what happens to a chart: the knobs that the machine turns."""

from collections.abc import Mapping

# Faults on the way, by the knob of the sandbox; `{n}` is how many requests pass before it strikes.
FAULTS: Mapping[str, tuple[str, ...]] = {
    "no-connection": ("no-connection after={n} times=2",),
    "lost-request": ("lost-request after={n} times=1",),
    "lost-response": ("lost-response after={n} times=1", "lost-response"),
    "cut-body": ("cut-body after={n} times=1",),
    "error-before": ("error-before after={n} times=1", "error-before status=503 after={n}"),
    "error-after": ("error-after after={n} times=1",),
    "late-effect": ("late-effect after={n} times=1", "late-effect looks=90 times=1"),
    "too-many-requests": ("too-many-requests after={n} times=3",),
    "overloaded": ("overloaded form=date after={n} times=3",),
    "expired-token": ("expired-token after={n}",),
    "expired-page": ("expired-page after={n}",),
    "409-for-412": ("409-for-412",),
    "412-for-409": ("412-for-409",),
    "stale-search": ("stale-search", "stale-search versions=3"),
    "search-cache": ("search-cache",),
    "duplicate-row": ("duplicate-row",),
    "missing-row": ("missing-row",),
    "reordered-rows": ("reordered-rows",),
    "equal-timestamps": ("equal-timestamps",),
    "clock-skew": ("clock-skew seconds=300", "clock-skew seconds=-300"),
    "ignored-write": ("ignored-write after={n} times=1", "ignored-write says=kept after={n} times=1"),
    "dropped-elements": (
        "dropped-elements paths=Goal.statusReason,Task.description",
        "dropped-elements paths=Appointment.comment",
    ),
    "merged-tags": ("merged-tags",),
    "meanwhile-edit": ("meanwhile-edit after={n}",),
}

# What happens to the patient, one resource or the whole server: a pass finds it and stops or steps around it.
EVENTS = ("merged-patient", "moved-resource", "wipe", "swapped-server")

# A wait has no effect on a client that is not timed.
WITHOUT_EFFECT = frozenset({"latency"})

TEXTS = tuple(text for texts in FAULTS.values() for text in texts)
