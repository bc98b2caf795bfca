"""The import contracts hold, and they speak of the tree as it is."""

import tomllib
from typing import Any

import grimp
import pytest
from importlinter.cli import lint_imports

from tests.architecture.sources import ROOT, exists, python_sources

CONTRACTS: dict[str, dict[str, Any]] = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}
# Without Medication, which is written inside its order (docs/adr/0003) and so is a shared part.
RESOURCES = """
    appointment care_plan care_team communication condition encounter flag goal medication_request
    medication_statement_adherence medication_statement_history observation_balance observation_factor
    observation_preference observation_score observation_side_effect patient practitioner practitioner_role
    procedure_history provenance questionnaire_response_journal questionnaire_response_relapse
    questionnaire_response_score service_request_review service_request_therapy task task_proposal
"""
PURE = {"service.domain", "service.fhir", "service.mapping", "service.intake", "service.sync.planner"}
SIDE_DOORS = {"service.ports", "service.telemetry"}
SETTINGS_READERS = {"service.bootstrap", "service.cli", "service.wsgi"}


def existing(modules: set[str]) -> set[str]:
    return {module for module in modules if exists(module)}


def test_every_import_contract_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    failed = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert not failed, capsys.readouterr().out


def test_the_layers_name_every_package() -> None:
    named = {name.strip(" ()") for row in CONTRACTS["hexagon"]["layers"] for name in row.split("|")}
    built = {held.module.split(".")[1] for held in python_sources("service") if "." in held.module}
    assert built <= named
    assert CONTRACTS["hexagon"]["exhaustive"] is True


def test_the_pure_core_is_what_exists_of_rules_mapping_and_planning() -> None:
    contract = CONTRACTS["pure-core"]
    assert set(contract["source_modules"]) == existing(PURE)
    assert existing(SIDE_DOORS) <= set(contract["forbidden_modules"])


def test_resource_mappers_share_datatypes_and_never_each_other() -> None:
    mappers = existing({f"service.mapping.{resource}" for resource in RESOURCES.split()})
    chains = grimp.build_graph("service", cache_dir=None).find_illegal_dependencies_for_layers([mappers])
    assert {(chain.importer, chain.imported) for chain in chains} == set()


def test_only_the_composition_root_reads_settings() -> None:
    allowed = existing(SETTINGS_READERS)
    settings = ("service.settings", "service.settings.")
    for held in python_sources("service"):
        if held.module.startswith(settings) or any(held.module.startswith(reader) for reader in allowed):
            continue
        assert "service.settings" not in held.text, f"{held.path} reads settings"


def test_every_owner_of_a_library_is_the_only_one() -> None:
    owners = {name: contract for name, contract in CONTRACTS.items() if name.endswith("-owner")}
    assert len(owners) >= 8
    for contract in owners.values():
        assert contract["source_modules"] == ["service.*"], "so that a new package is refused too"
        refused = {line.split(" -> ")[1] for line in contract["ignore_imports"]}
        assert refused == set(contract["forbidden_modules"])
