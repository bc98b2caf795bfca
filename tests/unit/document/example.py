"""One document in which every group of a plan has a member; a fresh copy for each test."""

from copy import deepcopy

from service.fhir.json import JsonObject

_PLAN: JsonObject = {
    "id": "plan-1",
    "title": "Sertraline and CBT",
    "status": "active",
    "patient": {
        "id": "pat-1",
        "identifiers": [{"system": "urn:clinic", "value": "4711"}],
        "family_name": "Sample",
        "given_names": ["Ada"],
        "birth_date": "1990-02-28",
        "gender": "female",
    },
    "author": "person-1",
    "created": "2026-03-02",
    "period": {"start": "2026-03-02"},
    "conditions": [
        {
            "id": "con-1",
            "code": {
                "text": "Moderate depressive episode",
                "codings": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "F32.1"}],
            },
            "severity": "moderate",
            "course": "active",
            "verification": "confirmed",
            "onset": "2025-11-01",
        },
        {"id": "con-2", "code": {"text": "Acute stress"}, "verification": "entered-in-error"},
    ],
    "goals": [
        {
            "id": "goal-1",
            "description": "Fewer symptoms",
            "status": "active",
            "achievement": "in-progress",
            "target": {"measure": "phq-9", "comparator": "at-most", "value": 9},
            "addresses": ["con-1"],
        }
    ],
    "therapies": [
        {
            "id": "ther-1",
            "modality": "cbt",
            "format": "individual",
            "rhythm": {"sessions": 1, "every": 1, "unit": "wk"},
            "session_minutes": 50,
            "period": {"start": "2026-03-05", "end": "2026-09-05"},
            "performer": "person-2",
            "status": "active",
            "authored_on": "2026-03-02",
        }
    ],
    "medications": [
        {
            "id": "med-1",
            "drug": {
                "code": {"text": "Sertraline"},
                "form": "tablet",
                "strength": {"value": 12.5, "unit": "mg"},
            },
            "dosage": [
                {
                    "dose": {"value": 25, "unit": "mg"},
                    "timing": {"frequency": 1, "period": 1, "unit": "d", "when": ["MORN"]},
                    "as_needed": False,
                    "start": "2026-03-02",
                    "end": "2026-03-08",
                    "route": "oral",
                },
                {
                    "dose": {"value": 50, "unit": "mg"},
                    "timing": {"frequency": 1, "period": 1, "unit": "d"},
                    "as_needed": False,
                    "max_per_day": {"value": "100.00", "unit": "mg"},
                    "start": "2026-03-09",
                },
            ],
            "status": "active",
            "prescriber": "person-1",
            "authored_on": "2026-03-02",
            "supports": ["ther-1"],
        }
    ],
    "phases": [
        {
            "id": "phase-1",
            "balance": "balanced",
            "start": "2026-03-02",
            "reason": "First weeks",
            "decided_by": ["person-1"],
            "decided_at": "2026-03-02T10:00:00+01:00",
            "evidence": ["score-1"],
        }
    ],
    "care_team": [
        {"id": "team-1", "role": "patient"},
        {"id": "team-2", "role": "psychiatrist", "person": "person-1", "since": "2026-03-02"},
    ],
    "check_ins": {
        "id": "check-1",
        "weeks_min": 4,
        "weeks_max": 6,
        "authored_on": "2026-03-02",
        "status": "active",
    },
    "appointments": [
        {
            "id": "app-1",
            "kind": "integrated-check-in",
            "status": "booked",
            "zone": "Europe/Berlin",
            "start": "2026-03-30T10:00:00+02:00",
            "end": "2026-03-30T10:50:00+02:00",
            "participants": [
                {"required": True, "status": "accepted"},
                {"person": "person-1", "required": True, "status": "needs-action"},
            ],
        }
    ],
    "sessions": [
        {
            "id": "ses-1",
            "start": "2026-03-05T10:00:00+01:00",
            "end": "2026-03-05T10:50:00+01:00",
            "setting": "AMB",
            "status": "finished",
            "attended_by": ["person-2"],
        }
    ],
    "scores": [
        {
            "id": "score-1",
            "measure": "phq-9",
            "value": 14,
            "items": [{"item": 1, "value": 2}],
            "taken_at": "2026-03-02T09:30:00+00:00",
            "status": "final",
        }
    ],
    "journal": [
        {
            "id": "day-1",
            "written_at": "2026-03-04T20:00:00+01:00",
            "mood": 4,
            "warning_signs": ["sign-1"],
            "shared": False,
            "status": "final",
        }
    ],
    "side_effects": [
        {
            "id": "side-1",
            "medication": "med-1",
            "effect": "Nausea",
            "severity": "mild",
            "since": "2026-03-03",
            "status": "final",
        }
    ],
    "adherence": [
        {
            "id": "adh-1",
            "medication": "med-1",
            "taking": "mostly",
            "source": "patient",
            "start": "2026-03-02",
            "end": "2026-03-08",
            "reported_on": "2026-03-09",
            "status": "final",
        }
    ],
    "warning_signs": [{"id": "sign-1", "text": "Sleeps past noon", "since": "2026-03-02"}],
    "relapse_steps": [{"id": "step-1", "action": "Calls the clinic", "since": "2026-03-02"}],
    "preferences": [
        {
            "id": "pref-1",
            "kind": "care-experience",
            "text": "Evening sessions",
            "recorded_on": "2026-03-02",
            "status": "final",
        }
    ],
    "personal_factors": [
        {
            "id": "fact-1",
            "kind": "situational",
            "text": "Night shifts",
            "recorded_on": "2026-03-02",
            "status": "final",
        }
    ],
    "history": [
        {
            "id": "past-1",
            "kind": "therapy",
            "what": {"text": "Group therapy"},
            "period": {"end": "2024-12-31"},
            "outcome": "helped",
            "status": "final",
        }
    ],
    "notes": [
        {
            "id": "note-1",
            "author": "person-1",
            "recipients": ["person-2"],
            "sent_at": "2026-03-06T08:00:00+00:00",
            "medium": "shared-note",
            "text": "Dose goes up on Monday",
            "status": "completed",
        }
    ],
    "tasks": [
        {
            "id": "task-1",
            "kind": "book-check-in",
            "description": "Book the check-in",
            "status": "requested",
            "intent": "plan",
            "authored_at": "2026-03-02T11:00:00+01:00",
        }
    ],
    "flags": [
        {
            "id": "flag-1",
            "kind": "safety",
            "text": "Ask about sleep",
            "status": "active",
            "raised_by": "person-1",
            "start": "2026-03-02",
        }
    ],
    "safety": {
        "recipient": {"person": "person-1", "email": "jo@clinic.example"},
        "backup": {"person": "person-2", "email": "sam@clinic.example"},
        "zone": "Europe/Berlin",
        "hours": [{"days": ["mon", "tue"], "opens": "08:00", "closes": "18:00"}],
        "channels": ["email", "webhook"],
    },
}

_PERSON: JsonObject = {
    "id": "person-1",
    "family_name": "Doe",
    "given_names": ["Jo"],
    "identifiers": [{"system": "urn:npi", "value": "1"}],
    "profession": "psychiatrist",
    "organization": "Clinic",
    "active": True,
}


def plan_document() -> JsonObject:
    """Return the document of a plan."""
    return deepcopy(_PLAN)


def person_document() -> JsonObject:
    """Return the document of a clinician."""
    return deepcopy(_PERSON)
