"""Create, read, vread, and the headers that come with them."""

from tests.contract.fhir_server.client import Client, named, patient, unique, words


def test_a_created_resource_says_where_it_is_and_which_version_it_has(chart: Client) -> None:
    made = chart.post("/Patient", patient())
    key = named(made.json())
    assert made.status_code == 201
    assert made.headers["ETag"] == 'W/"1"'
    assert made.headers["Location"] == f"{chart.base}/{key}/_history/1"
    assert made.json()["meta"]["versionId"] == "1"
    assert made.json()["meta"]["lastUpdated"].endswith("+00:00")
    assert "Last-Modified" in made.headers


def test_a_read_gives_what_the_create_gave(chart: Client) -> None:
    made = chart.made(patient(birthDate="1980-01-02"))
    read = chart.get(f"/{named(made)}")
    assert read.status_code == 200
    assert read.headers["Content-Type"].startswith("application/fhir+json")
    assert read.headers["ETag"] == 'W/"1"'
    assert read.json() == made


def test_the_id_of_a_created_resource_is_the_servers_choice(chart: Client) -> None:
    mine = f"mine-{unique()}"
    assert chart.made(patient(id=mine))["id"] != mine


def test_an_earlier_version_can_still_be_read(chart: Client) -> None:
    made = chart.made(patient())
    chart.put(f"/{named(made)}", made | {"gender": "female"})
    assert "gender" not in chart.get(f"/{named(made)}/_history/1").json()
    assert chart.get(f"/{named(made)}/_history/2").json()["gender"] == "female"


def test_what_was_never_there_is_404(chart: Client, ada: str) -> None:
    for path in (f"/Patient/{unique()}", f"/{ada}/_history/9", f"/{ada}/_history/x", "/NoSuchType/1"):
        answer = chart.get(path)
        assert answer.status_code == 404, path
        assert words(answer)


def test_prefer_says_how_much_comes_back(chart: Client) -> None:
    assert chart.post("/Patient", patient(), Prefer="return=minimal").text == ""
    outcome = chart.post("/Patient", patient(), Prefer="return=OperationOutcome").json()
    assert outcome["issue"][0]["severity"] == "information"


def test_a_known_version_is_not_sent_again(chart: Client, ada: str) -> None:
    assert chart.get(f"/{ada}", If_None_Match='W/"1"').status_code == 304
    assert chart.get(f"/{ada}", If_None_Match='W/"7"').status_code == 200


def test_the_request_id_comes_back(chart: Client, ada: str) -> None:
    assert chart.get(f"/{ada}", X_Request_Id="abc123").headers["X-Request-Id"] == "abc123"


def test_an_id_in_the_url_of_a_create_is_refused(chart: Client, ada: str) -> None:
    assert chart.post(f"/{ada}", patient()).status_code == 400
