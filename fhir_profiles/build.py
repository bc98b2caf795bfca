"""Writes the definitions and the examples as JSON: `python -m fhir_profiles.build`.

Run it after a change to the tables, forms or extensions of the mapping; a test holds what is committed to it.
"""

import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from fhir_profiles import DEFINITIONS, EXAMPLES
from fhir_profiles.choice import Profiles
from fhir_profiles.source.definitions import definitions
from fhir_profiles.source.examples import examples
from fhir_profiles.source.guide import guide
from service.fhir.json import JsonObject

HERE = Path(__file__).parent


def file_name(resource: JsonObject) -> str:
    """Return the name of the file that holds a resource."""
    return f"{resource['resourceType']}-{resource['id']}.json"


def written(resource: JsonObject) -> str:
    """Return a resource as its file has it."""
    return json.dumps(resource, indent=2, ensure_ascii=False, default=_number) + "\n"


def _number(value: object) -> float:
    # The numbers of the examples have so few digits that a float keeps them all; a test reads them back.
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is no JSON")
    return float(value)


def write(folder: Path, resources: Iterable[JsonObject]) -> None:
    """Write one file for each resource, and remove those of others."""
    folder.mkdir(exist_ok=True)
    texts = {file_name(one): written(one) for one in resources}
    for stale in {path.name for path in folder.glob("*.json")} - set(texts):
        (folder / stale).unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def made() -> dict[str, list[JsonObject]]:
    """Return all that is to stand here, by folder."""
    described = definitions()
    return {
        DEFINITIONS: [*described, guide(described)],
        EXAMPLES: examples(Profiles(described)),
    }


def main() -> None:
    """Write all anew."""
    for folder, resources in made().items():
        write(HERE / folder, resources)


if __name__ == "__main__":
    main()
