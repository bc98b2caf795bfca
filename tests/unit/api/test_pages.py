"""The API page is made of files of ours and of a package; nothing in it comes from elsewhere."""

import re

import pytest
import yaml

from service.api import spec
from tests.unit.api.conftest import Surroundings

FILES = ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png", "start.js"]


def test_the_document_is_the_one_that_is_committed(api, around) -> None:
    response = api.get("/openapi.json")
    assert response.json == yaml.safe_load(spec(around.app()))


def test_the_page_loads_only_files_that_are_there(api) -> None:
    page = api.get("/docs")
    assert page.mimetype == "text/html"
    loaded = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert sorted(loaded) == sorted(f"/docs/{name}" for name in FILES)
    assert not re.search(r"<script>|<style|\bon\w+=|https?://", page.text), "nothing that its policy forbids"
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy


@pytest.mark.parametrize("name", FILES)
def test_its_files_are_what_they_say(api, name: str) -> None:
    response = api.client.get(f"/docs/{name}")
    assert response.status_code == 200
    assert len(response.data) > 100
    assert (
        response.mimetype
        == {"css": "text/css", "js": "text/javascript", "png": "image/png"}[name[-3:].strip(".")]
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize("name", ["index.html", "..", "..%2fapp.py", "oauth2-redirect.html", "__init__.py"])
def test_no_other_file_can_be_had(api, name: str) -> None:
    assert api.client.get(f"/docs/{name}").status_code == 404


def test_the_policy_of_the_page_is_for_the_page_alone() -> None:
    client = Surroundings().app().test_client()
    assert "script-src" not in client.get("/plans").headers["Content-Security-Policy"]
