"""Versions as servers number them: FHIR R4 calls them opaque, so that only numbers tell which came first."""


def are_numbers(*versions: str | None) -> bool:
    """Tell whether all of these are numbers, which can be put in order."""
    return all(one is not None and one.isascii() and one.isdigit() for one in versions)


def is_older(version: str, other: str) -> bool:
    """Tell whether a version is known to come before another: where they are no numbers, it is not."""
    return are_numbers(version, other) and int(version) < int(other)


def skipped(version: str | None, other: str | None) -> range:
    """Return the versions between two, where both are numbers; none where the other is the next."""
    if version is None or other is None or not are_numbers(version, other):
        return range(0)
    return range(int(version) + 1, int(other))
