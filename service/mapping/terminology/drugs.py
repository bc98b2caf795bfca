"""When two codes name the same medicine: a shared code, or the same ingredient."""

import re

from service.domain.concept import Concept
from service.domain.ingredients import INGREDIENTS, PRODUCTS, RXNORM

_INGREDIENT = {**PRODUCTS, **INGREDIENTS}
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
    codes = {code for system, code in _codes(concept) if system == RXNORM}
    known = {_INGREDIENT[code] for code in codes & _INGREDIENT.keys()}
    if known:
        return known
    names = [concept.text, *(coding.display for coding in concept.codings)]
    words = (_WORD.search(name.lower()) for name in names if name)
    return {word.group() for word in words if word is not None}
