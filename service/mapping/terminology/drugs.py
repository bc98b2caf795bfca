"""When two codes name the same medicine: a shared code, or the same ingredient."""

import re

from service.domain.concept import Concept

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"

# Ingredient by RxNorm product code; the codes are those of VSAC eCQM value sets (v2022).
INGREDIENT = {
    "312938": "sertraline",
    "312940": "sertraline",
    "312941": "sertraline",
    "310385": "fluoxetine",
    "248642": "fluoxetine",
    "349332": "escitalopram",
    "351249": "escitalopram",
    "351250": "escitalopram",
    "200371": "citalopram",
    "596930": "duloxetine",
    "596934": "duloxetine",
    "1738495": "paroxetine",
    "903884": "fluvoxamine",
    "903887": "fluvoxamine",
    "903891": "fluvoxamine",
    "857301": "clomipramine",
    "313585": "venlafaxine",
    "313586": "venlafaxine",
    "993687": "bupropion",
    "993541": "bupropion",
    "311725": "mirtazapine",
    "198427": "lamotrigine",
    "312743": "quetiapine",
    "349545": "aripiprazole",
    "314154": "olanzapine",
    "1099563": "divalproex",
    "1099569": "divalproex",
}

_WORD = re.compile(r"[a-z]{4,}")


def same_drug(one: Concept, other: Concept) -> bool:
    """Tell whether two concepts name the same medicine, whatever the strength or form.

    Where no code is known, the first long word of the name counts: an error on this side keeps a drug from
    being active twice, and shows in the report as a reference to the chart's order.
    """
    shared = _codes(one) & _codes(other)
    return bool(shared or _ingredients(one) & _ingredients(other))


def _codes(concept: Concept) -> set[tuple[str, str]]:
    return {(coding.system, coding.code) for coding in concept.codings}


def _ingredients(concept: Concept) -> set[str]:
    known = {INGREDIENT[code] for system, code in _codes(concept) if system == RXNORM and code in INGREDIENT}
    if known:
        return known
    names = [concept.text, *(coding.display for coding in concept.codings)]
    words = (_WORD.search(name.lower()) for name in names if name)
    return {word.group() for word in words if word is not None}
