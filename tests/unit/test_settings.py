"""Settings come from the environment or from files, and a secret shows nowhere."""

import os
from pathlib import Path

import pytest

from service.settings import DEFAULT_DATABASE, BadSettings, Settings, read_settings, secret_variables

SECRET = "s3cr3t-of-the-clinic"
JWT = {
    "TANDEM_AUTH": "required",
    "TANDEM_JWT_KEYS": "https://login.example/keys",
    "TANDEM_JWT_ISSUER": "https://login.example",
    "TANDEM_JWT_AUDIENCE": "tandem",
}

CDS = {"TANDEM_CDS_ISSUER": "https://ehr.example", "TANDEM_CDS_KEYS": "https://ehr.example/keys"}
LINK = {"TANDEM_PUBLIC_URL": "https://tandem.example"}


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch):
    for name in [name for name in os.environ if name.startswith("TANDEM_")]:
        monkeypatch.delenv(name)

    def said(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return said


def test_what_is_not_said_has_its_default(say) -> None:
    assert read_settings() == Settings()


@pytest.mark.parametrize("name", secret_variables())
def test_a_secret_shows_in_no_representation(say, name: str) -> None:
    say(**{name: f"sqlite:///{SECRET}"})
    found = read_settings()
    assert SECRET in getattr(found, name.removeprefix("TANDEM_").lower())
    assert SECRET not in repr(found) + str(found)


@pytest.mark.parametrize("name", secret_variables())
def test_a_secret_may_stand_in_a_file(say, tmp_path: Path, name: str) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    say(**{f"{name}_FILE": str(file)})
    assert getattr(read_settings(), name.removeprefix("TANDEM_").lower()) == SECRET


@pytest.mark.parametrize("name", secret_variables())
def test_a_secret_is_said_once_and_its_file_is_there(say, tmp_path: Path, name: str) -> None:
    say(**{f"{name}_FILE": str(tmp_path / "none")})
    with pytest.raises(BadSettings, match=f"{name}_FILE names no file"):
        read_settings()
    say(**{name: SECRET})
    with pytest.raises(BadSettings, match="both set") as told:
        read_settings()
    assert SECRET not in str(told.value)


def test_the_database_stays_where_it_is_unless_it_is_said(say) -> None:
    assert read_settings().database_url == DEFAULT_DATABASE


BAD = {
    "a word that is none": ({"TANDEM_AUTH": "maybe"}, "TANDEM_AUTH"),
    "keys, and nobody is asked": (JWT | {"TANDEM_AUTH": "off"}, "TANDEM_AUTH=required"),
    "keys over http": (JWT | {"TANDEM_JWT_KEYS": "http://login.example/keys"}, "https"),
    "keys without an issuer": (JWT | {"TANDEM_JWT_ISSUER": ""}, "TANDEM_JWT_ISSUER"),
    "keys without an audience": (JWT | {"TANDEM_JWT_AUDIENCE": ""}, "TANDEM_JWT_AUDIENCE"),
    "names, and nobody is asked": ({"TANDEM_ALLOWED_HOSTS": "tandem.example"}, "TANDEM_AUTH=required"),
    "an EHR that is no URL": ({"TANDEM_EHR_URL": "chart"}, "TANDEM_EHR_URL"),
    "an EHR without a system": ({"TANDEM_EHR_URL": "http://chart/fhir"}, "TANDEM_PATIENT_IDENTIFIER_SYSTEM"),
    "cards without keys": (LINK | {"TANDEM_CDS_ISSUER": "https://ehr.example"}, "TANDEM_CDS_KEYS"),
    "cards without an address": (CDS, "TANDEM_PUBLIC_URL"),
    "cards with keys over http": (LINK | CDS | {"TANDEM_CDS_KEYS": "http://x.example"}, "over http"),
    "mail without a link": ({"TANDEM_MAIL_HOST": "mail"}, "TANDEM_PUBLIC_URL"),
    "mail without a sender": (LINK | {"TANDEM_MAIL_HOST": "mail"}, "TANDEM_MAIL_FROM"),
    "mail in the clear": (
        LINK | {"TANDEM_MAIL_HOST": "mail", "TANDEM_MAIL_FROM": "a@b", "TANDEM_MAIL_TLS": "off"},
        "this machine alone",
    ),
    "a webhook without a secret": (LINK | {"TANDEM_ALERT_WEBHOOK_URL": "https://x.example"}, "SECRET"),
    "a webhook over http": (LINK | {"TANDEM_ALERT_WEBHOOK_URL": "http://x.example"}, "https"),
    "a webhook that is no URL": (LINK | {"TANDEM_ALERT_WEBHOOK_URL": "http://[x"}, "https"),
    "a port that is none": ({"TANDEM_PORT": "70000"}, "TANDEM_PORT"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_makes_no_sense_is_named(say, name: str) -> None:
    variables, words = BAD[name]
    say(**variables)
    with pytest.raises(BadSettings, match=words):
        read_settings()


def test_a_provider_is_read_as_it_is_said(say) -> None:
    say(**JWT, TANDEM_JWT_ROLE_CLAIM="roles")
    found = read_settings()
    assert (found.auth, found.jwt_keys, found.jwt_role_claim) == ("required", JWT["TANDEM_JWT_KEYS"], "roles")
