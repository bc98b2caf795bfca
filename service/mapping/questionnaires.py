"""The forms behind our QuestionnaireResponses: their canonical URLs and the linkIds of their questions.

The wording of published instruments is licensed: of those we hold the number of items, never their texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from service.domain.measure import ITEMS, Measure
from service.mapping.terminology.systems import CANONICAL


class Kind(StrEnum):
    """FHIR item-type, as far as our forms use it."""

    GROUP = "group"
    INTEGER = "integer"
    TEXT = "text"
    STRING = "string"
    DATE = "date"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question, or a group of them: a group repeats, once for each thing that it describes."""

    link_id: str
    kind: Kind
    text: str
    items: tuple["Question", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One Questionnaire."""

    name: str
    title: str
    items: tuple[Question, ...]

    @property
    def url(self) -> str:
        """The canonical URL of the Questionnaire."""
        return f"{CANONICAL}/Questionnaire/{self.name}"


ENERGY = Question(link_id="energy", kind=Kind.INTEGER, text="Energy, from 0 (none) to 10")
MOOD = Question(link_id="mood", kind=Kind.INTEGER, text="Mood, from 0 (lowest) to 10")
INSIGHTS = Question(link_id="insights", kind=Kind.TEXT, text="Insights")
SIDE_EFFECTS = Question(link_id="side-effects", kind=Kind.TEXT, text="Side effects")

SIGN_ID = Question(link_id="warning-sign.id", kind=Kind.STRING, text="Id of the sign")
SIGN_TEXT = Question(link_id="warning-sign.text", kind=Kind.TEXT, text="The sign in the person's own words")
SIGN_SINCE = Question(link_id="warning-sign.since", kind=Kind.DATE, text="In the plan since")
SIGN_UNTIL = Question(link_id="warning-sign.until", kind=Kind.DATE, text="In the plan until")

NOTICED_SIGN = Question(
    link_id="warning-sign", kind=Kind.GROUP, text="Early warning sign noticed", items=(SIGN_ID, SIGN_TEXT)
)
JOURNAL = Form(
    name="symptom-journal",
    title="Entry of the symptom journal",
    items=(ENERGY, MOOD, INSIGHTS, SIDE_EFFECTS, NOTICED_SIGN),
)

SIGN = Question(
    link_id="warning-sign",
    kind=Kind.GROUP,
    text="Early warning sign",
    items=(SIGN_ID, SIGN_TEXT, SIGN_SINCE, SIGN_UNTIL),
)
STEP_ID = Question(link_id="relapse-step.id", kind=Kind.STRING, text="Id of the step")
STEP_ACTION = Question(link_id="relapse-step.action", kind=Kind.TEXT, text="What is done")
STEP_PERSON = Question(link_id="relapse-step.person", kind=Kind.REFERENCE, text="Who does it")
STEP_SINCE = Question(link_id="relapse-step.since", kind=Kind.DATE, text="In the plan since")
STEP_UNTIL = Question(link_id="relapse-step.until", kind=Kind.DATE, text="In the plan until")
STEP = Question(
    link_id="relapse-step",
    kind=Kind.GROUP,
    text="What one person does when a sign appears",
    items=(STEP_ID, STEP_ACTION, STEP_PERSON, STEP_SINCE, STEP_UNTIL),
)
RELAPSE_PLAN = Form(name="relapse-plan", title="Relapse prevention plan", items=(SIGN, STEP))


def answer_to(item: int) -> Question:
    """Return the question of an instrument by its number there."""
    return Question(link_id=str(item), kind=Kind.INTEGER, text=f"Item {item}")


def _instrument(measure: Measure, title: str) -> Form:
    questions = tuple(answer_to(number) for number in range(1, ITEMS[measure] + 1))
    return Form(name=measure.value, title=title, items=questions)


INSTRUMENTS: Mapping[Measure, Form] = {
    Measure.PHQ_9: _instrument(Measure.PHQ_9, "PHQ-9"),
    Measure.PHQ_A: _instrument(Measure.PHQ_A, "PHQ-A"),
    Measure.GAD_7: _instrument(Measure.GAD_7, "GAD-7"),
    Measure.PCL_5: _instrument(Measure.PCL_5, "PCL-5"),
    Measure.Y_BOCS: _instrument(Measure.Y_BOCS, "Y-BOCS"),
    Measure.ASRM: _instrument(Measure.ASRM, "ASRM"),
    Measure.WHO_5: _instrument(Measure.WHO_5, "WHO-5"),
    Measure.C_SSRS: _instrument(Measure.C_SSRS, "C-SSRS screener"),
}

FORMS: tuple[Form, ...] = (JOURNAL, RELAPSE_PLAN, *INSTRUMENTS.values())
