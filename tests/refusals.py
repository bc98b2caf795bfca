"""How a test says that a value is refused: by the field and the words of the reason."""

from collections.abc import Callable

import pytest

from service.domain.values import Invalid


def refusals(make: Callable[[], object]) -> dict[str, str]:
    """Gives what a value is refused for, reason by field; fails when it is accepted."""
    with pytest.raises(Invalid) as caught:
        make()
    return {problem.field: problem.reason for problem in caught.value.problems}
