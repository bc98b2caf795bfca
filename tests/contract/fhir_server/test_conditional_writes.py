"""Creates and updates that depend on a search (rows 8, 9, 11)."""

from concurrent.futures import ThreadPoolExecutor

from tests.contract.fhir_server.client import IDENTIFIERS, Client, identifier, named, patient, unique, words


def test_a_conditional_create_makes_one_and_then_leaves_it_alone(chart: Client) -> None:
    value = unique()
    condition = f"identifier={IDENTIFIERS}|{value}"
    made = chart.post("/Patient", patient(identifier=identifier(value)), If_None_Exist=condition)
    hit = chart.post(
        "/Patient", patient(identifier=identifier(value), gender="male"), If_None_Exist=condition
    )
    assert (made.status_code, hit.status_code) == (201, 200)
    assert named(hit.json()) == named(made.json())
    assert "gender" not in hit.json()
    assert hit.headers["Location"] == made.headers["Location"]


def test_several_matches_stop_a_conditional_write(chart: Client) -> None:
    value = unique()
    resource = patient(identifier=identifier(value))
    chart.made(resource)
    chart.made(resource)
    query = f"identifier={IDENTIFIERS}|{value}"
    created = chart.post("/Patient", resource, If_None_Exist=query)
    updated = chart.put(f"/Patient?{query}", resource)
    assert (created.status_code, updated.status_code) == (412, 412)
    assert words(created)


def test_an_unknown_parameter_in_a_condition_is_refused(chart: Client) -> None:
    assert chart.post("/Patient", patient(), If_None_Exist="nonesuch=1").status_code == 400


def test_a_conditional_update_creates_and_then_overwrites(chart: Client) -> None:
    value = unique()
    path = f"/Patient?identifier={IDENTIFIERS}|{value}"
    created = chart.put(path, patient(identifier=identifier(value)))
    updated = chart.put(path, patient(identifier=identifier(value), gender="male"))
    assert (created.status_code, updated.status_code) == (201, 200)
    assert named(updated.json()) == named(created.json())
    assert updated.headers["ETag"] == 'W/"2"'


def test_simultaneous_conditional_creates_store_one(chart: Client) -> None:
    value = unique()
    condition = f"identifier={IDENTIFIERS}|{value}"
    resource = patient(identifier=identifier(value))

    def send(_: int) -> int:
        return Client(chart.base).post("/Patient", resource, If_None_Exist=condition).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = set(pool.map(send, range(8)))
    assert statuses <= {200, 201, 409}
    assert len(chart.found(f"/Patient?{condition}")) == 1
