"""Settings come from the environment or from files, and a secret shows nowhere."""

import os
from pathlib import Path

import pytest

from service.bootstrap import Parts
from service.console.installation import WrongSetting
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
    say(**{name: SECRET})
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


# RFC 6750, section 2.1: what a bearer token may be made of.
TOKENS = ["abc", "a-b.c_d~e+f/g==", "eyJhbGciOiJFUzI1NiJ9.e30.c2ln", "0"]
NO_TOKENS = {
    "a line end": f"{SECRET}\nX: y",
    "a line end behind it": f"{SECRET}\n",
    "white space": f"{SECRET} two",
    "letters of no header": f"{SECRET}Ж",
    "a name before it": f"Bearer:{SECRET}",
    "an end in its middle": f"a={SECRET}",
    "nothing": "",
}


@pytest.mark.parametrize("token", TOKENS)
def test_a_token_of_the_ehr_is_taken_as_it_is(say, token: str) -> None:
    say(TANDEM_EHR_TOKEN=token)
    assert read_settings().ehr_token == token


@pytest.mark.parametrize("name", NO_TOKENS)
def test_what_no_header_can_carry_is_refused_and_not_repeated(say, name: str) -> None:
    say(TANDEM_EHR_TOKEN=NO_TOKENS[name])
    with pytest.raises(BadSettings, match="TANDEM_EHR_TOKEN") as told:
        read_settings()
    assert SECRET not in str(told.value)


@pytest.mark.parametrize("seconds", ["0", "-3", "0.5", "601", "nan", "inf", "soon"])
def test_an_answer_of_the_ehr_is_waited_for_a_second_at_least(say, seconds: str) -> None:
    say(TANDEM_EHR_ANSWER_SECONDS=seconds)
    with pytest.raises(BadSettings, match="TANDEM_EHR_ANSWER_SECONDS"):
        read_settings()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:{}@localhost/tandem?pasword=x",
        "postgresql://u:{}@localhost/tandem?{}=1",
        "postgresql+psycopg://u@localhost/tandem?password={}&autocommit=1",
    ],
)
def test_an_option_that_postgresql_does_not_know_is_told_before_anything_is_asked(say, url: str) -> None:
    say(TANDEM_DATABASE_URL=url.replace("{}", SECRET))
    with pytest.raises(WrongSetting, match="TANDEM_DATABASE_URL has an option") as told:
        Parts().installed()
    assert SECRET not in str(told.value)


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
