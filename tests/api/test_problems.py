import base64
import json
import logging

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.core.problems import Problem
from project.api_document import PROBLEM
from tests.api.conftest import Caller, make_token
from tests.conftest import signed_in


@pytest.fixture
def caller(carol, sales):
    return Caller(make_token(carol))


def problem(answer):
    """The problem document of an answer, checked as far as all of them are alike."""
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    document = json.loads(answer.content)
    assert set(PROBLEM["required"]) <= set(document) <= set(PROBLEM["properties"])
    assert document["status"] == answer.status_code
    assert document["type"] == f"urn:deskbridge:problem:{document['code']}"
    return document


def test_it_knows_no_other_addresses(caller, ticket):
    for path in ("", "/", "/nothing", "/tickets/", f"/tickets/{ticket.number}/nothing", "/docs"):
        for client in (caller.client, Client()):
            answer = client.get(f"/api/v1/{path.lstrip('/')}")
            assert problem(answer)["code"] == "not_found"
            assert client.post(f"/api/v1/{path.lstrip('/')}").content == answer.content


def test_it_says_which_methods_an_address_knows(caller):
    answer = caller.client.delete("/api/v1/tickets")
    assert answer.status_code == 405
    assert {method.strip() for method in answer["Allow"].split(",")} == {"GET", "POST"}
    assert problem(answer)["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        ("{", "application/json", 400, "malformed"),
        (b"\xff", "application/json", 400, "malformed"),
        ('{"department": NaN}', "application/json", 400, "malformed"),
        ("[" * 100_000, "application/json", 400, "malformed"),
        ("", "application/json", 422, "invalid"),
        ("{}", "text/plain", 415, "unsupported_media_type"),
        ("a=b", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        ('"' + "x" * 13_000_000 + '"', "application/json", 413, "too_large"),
        (json.dumps({"department": 1, "subject": "\ud800", "text": "x"}), "application/json", 422, "invalid"),
    ],
)
def test_it_says_what_is_wrong_with_a_body(caller, body, kind, status, code):
    answer = caller.client.post("/api/v1/tickets", body, kind)
    assert answer.status_code == status
    assert problem(answer)["code"] == code


def test_it_reads_no_body_with_a_multitude_of_names(caller):
    many = {str(number): 1 for number in range(201)}
    for body in (many, {"fields": [many]}):
        answer = caller.post("/tickets", body)
        assert (answer.status_code, list(problem(answer)["errors"])) == (422, ["body"])
    few = caller.post("/tickets", {str(number): 1 for number in range(200)})
    assert (few.status_code, len(problem(few)["errors"])) == (422, 20)
    long = caller.post("/tickets", {"text": "x" * 2_100_000})
    assert (long.status_code, problem(long)["code"]) == (413, "too_large")


@pytest.mark.parametrize("value", ["2026-01-01", "x", None, True, 1.5, [], {}])
def test_it_refuses_cursors_whose_place_is_no_number(caller, sales, value):
    for order, path in (("position", f"/departments/{sales.pk}/fields"), ("pk", "/departments")):
        for place in ([order, value, 1], [order, 1, value]):
            cursor = base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")
            answer = caller.get(path, {"cursor": cursor})
            assert (answer.status_code, problem(answer)["code"]) == (422, "bad_cursor")


def test_it_says_what_is_wrong_with_an_upload(caller, settings, monkeypatch):
    def upload(*arguments):
        return caller.client.post("/api/v1/attachments", *arguments)

    assert problem(upload("{}", "application/json"))["code"] == "unsupported_media_type"
    assert problem(upload("x", "multipart/form-data; boundary="))["code"] == "malformed"
    assert list(problem(upload({"other": "x"}))["errors"]) == ["file"]
    assert list(problem(upload({"file": "x"}))["errors"]) == ["file"]
    empty = upload({"file": SimpleUploadedFile("empty.txt", b"")})
    assert (empty.status_code, problem(empty)["code"]) == (422, "file_refused")
    script = upload({"file": SimpleUploadedFile("run.sh", b"#!/bin/sh\nrm -rf /\n")})
    assert (script.status_code, problem(script)["code"]) == (422, "file_refused")
    settings.DESK_ATTACHMENT_MB = 0
    big = upload({"file": SimpleUploadedFile("big.txt", b"x" * 2000)})
    assert (big.status_code, problem(big)["code"]) == (413, "file_refused")
    monkeypatch.setattr("apps.tickets.attachments.UPLOADS", 0)
    flood = upload({"file": SimpleUploadedFile("one.txt", b"x")})
    assert (flood.status_code, flood["Retry-After"]) == (429, "600")


def test_it_tells_nothing_of_its_faults(caller, ticket, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr("apps.tickets.api.tickets.show_ticket", fail)
    with caplog.at_level(logging.ERROR):
        answer = caller.get(f"/tickets/{ticket.number}")
    assert answer.status_code == 500
    assert problem(answer)["code"] == "internal"
    assert b"swordfish" not in answer.content
    assert "swordfish" in caplog.text
    assert caller.text not in caplog.text


def test_it_refuses_names_of_no_brand_with_a_problem(caller):
    answer = caller.get("/departments", host="evil.example")
    assert answer.status_code == 400
    assert problem(answer)["code"] == "malformed"


def test_it_does_what_it_says_in_the_same_words_for_everybody(carol, sales):
    carol.language, carol.time_zone = "de", "Asia/Tokyo"
    carol.save()
    client = signed_in(carol)
    headers = {"authorization": f"Bearer {make_token(carol)}", "accept-language": "de"}
    answer = client.get("/api/v1/tickets", {"limit": 0}, headers=headers)
    assert problem(answer)["errors"] == {"limit": ["Input should be greater than or equal to 1"]}
    assert "Cookie" not in answer.get("Vary", "")
    assert "Set-Cookie" not in answer.headers


def test_it_leaves_other_pages_alone(client, brand):
    assert client.get("/nothing/")["Content-Type"].startswith("text/html")
    assert client.get("/apiary")["Content-Type"].startswith("text/html")


def test_it_names_usual_codes_and_keeps_headers():
    answer = Problem(418, headers={"X-Tea": "Assam"}).response()
    assert problem(answer)["code"] == "error"
    assert answer["X-Tea"] == "Assam"


@pytest.mark.parametrize("path", ["/openapi.json"])
def test_it_describes_itself_without_a_token(client, brand, path):
    document = client.get(f"/api/v1{path}").json()
    assert document["openapi"].startswith("3.1")
    operations = [one for methods in document["paths"].values() for one in methods.values()]
    assert len(operations) == 11
    assert len({one["operationId"] for one in operations}) == 11
    for one in operations:
        assert one["security"] == [{"Bearer": []}]
        assert {"401", "403", "422", "429"} <= set(one["responses"])
        for status, answer in one["responses"].items():
            if status >= "400":
                assert list(answer["content"]) == ["application/problem+json"]
