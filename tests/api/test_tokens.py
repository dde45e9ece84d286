import logging
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from apps.accounts.models import ApiToken
from apps.accounts.tokens import create_token, find_token, revoke_token
from tests.api.conftest import Caller, make_token
from tests.conftest import PASSWORD, make_user, signed_in

PAGES = [("carol", "/account/tokens/"), ("alice", "/management/tokens/")]
TYPED = {"name": "Nightly report", "scopes": ["tickets:read"], "days": "90", "password": PASSWORD}


def text_of(response):
    return response.context["text"]


def everything_stored():
    """All text of the database."""
    stored = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            stored += [str(row) for row in cursor.fetchall()]
    return "\n".join(stored)


@pytest.mark.parametrize(("who", "page"), PAGES)
def test_it_shows_a_new_token_once_and_keeps_only_its_hash(request, caplog, who, page):
    owner = request.getfixturevalue(who)
    client = signed_in(owner)
    with caplog.at_level(logging.DEBUG):
        answer = client.post(page, TYPED)
    text = text_of(answer)
    assert text in answer.content.decode()
    assert answer["Cache-Control"].count("no-store")
    token = ApiToken.objects.get(owner=owner)
    assert text.startswith(f"desk_{token.prefix}_")
    secret = text.rpartition("_")[2]
    assert len(bytes.fromhex(secret)) == 32
    assert secret not in everything_stored()
    assert secret not in caplog.text
    assert secret not in str([session.get_decoded() for session in Session.objects.all()])
    again = client.get(page).content.decode()
    assert secret not in again
    assert f"desk_{token.prefix}_…" in again
    assert find_token(text) == token


@pytest.mark.parametrize(("who", "page"), PAGES)
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"password": "wrong"}, "This is not your password."),
        ({"scopes": []}, "Choose at least one."),
        ({"scopes": ["everything"]}, "Select a valid choice"),
        ({"name": ""}, "required"),
        ({"name": "Taken"}, "You have a token of this name."),
        ({"days": "7000"}, "Select a valid choice"),
    ],
)
def test_it_makes_no_token_of_a_wrong_form_and_keeps_what_was_typed(request, who, page, typed, words):
    owner = request.getfixturevalue(who)
    make_token(owner, name="Taken")
    answer = signed_in(owner).post(page, {**TYPED, **typed})
    body = answer.content.decode()
    assert words in body
    assert PASSWORD not in body
    assert owner.api_tokens.count() == 1


def test_it_asks_strangers_to_sign_in_and_keeps_customers_out_of_management(client, carol):
    assert client.get("/account/tokens/")["Location"].startswith("/login/")
    assert client.get("/management/tokens/")["Location"].startswith("/management/login/")
    assert signed_in(carol).get("/management/tokens/").status_code == 403
    assert signed_in(carol).post("/management/tokens/", TYPED).status_code == 403


def test_it_stops_guesses_of_the_password(carol):
    client = signed_in(carol)
    for _ in range(10):
        client.post("/account/tokens/", {**TYPED, "password": "wrong"})
    assert "Too many attempts." in client.post("/account/tokens/", TYPED).content.decode()
    assert not carol.api_tokens.exists()


def test_it_gives_nobody_more_than_twenty(carol):
    for number in range(20):
        create_token_freely(carol, f"Token {number}")
    with pytest.raises(ValidationError, match="20 tokens"):
        create_token(owner=carol, name="One more", scopes=["tickets:read"], password=PASSWORD)
    assert "the most that one person can have" in signed_in(carol).get("/account/tokens/").content.decode()
    revoke_token(token=carol.api_tokens.first())
    assert make_token(carol, name="One more")


def create_token_freely(owner, name):
    ApiToken.objects.create(owner=owner, name=name, prefix=name, secret_hash="0" * 64, scopes=["tickets:read"])


@pytest.mark.parametrize(("who", "page"), PAGES)
def test_it_revokes_the_own_token_and_nobody_elses(request, who, page):
    owner = request.getfixturevalue(who)
    text, other = make_token(owner), make_token(make_user("eve"))
    client = signed_in(owner)
    foreign, own = find_token(other), find_token(text)
    assert client.post(page, {"revoke": foreign.pk}).status_code == 404
    assert client.post(page, {"revoke": "9" * 30}).status_code == 404
    assert client.post(page, {"revoke": "x"}).status_code == 404
    assert client.post(page, {"revoke": own.pk})["Location"] == page
    assert find_token(text) is None
    assert find_token(other) == foreign
    assert "Revoked" in client.get(page).content.decode()


def test_it_refuses_revoked_expired_and_odd_tokens_and_those_of_inactive_people(carol, sales):
    text = make_token(carol, expires_at=timezone.now() + timedelta(days=30))
    assert Caller(text).get("/departments").status_code == 200
    for odd in (text[:-1], text + "0", text.upper(), "desk", "desk__", "desk_\x00_x", "other_" + text, "é" * 50):
        assert find_token(odd) is None
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert Caller(text).get("/departments").status_code == 401
    carol.is_active = False
    carol.save()
    assert Caller(text).get("/departments").status_code == 401
    carol.is_active = True
    carol.save()
    assert Caller(text).get("/departments").status_code == 200
    revoke_token(token=find_token(text))
    answer = Caller(text).get("/departments")
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]
    assert answer.json()["code"] == "invalid_token"


def test_it_keeps_tokens_when_the_password_changes(carol):
    text = make_token(carol)
    signed_in(carol).post(
        "/account/",
        {
            "part": "password",
            "password": PASSWORD,
            "new_password": "meadow lantern brick",
            "repeated": "meadow lantern brick",
        },
    )
    assert find_token(text)


def test_it_notes_the_use_once_a_minute(carol, django_assert_num_queries):
    text = make_token(carol)
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        with django_assert_num_queries(2):
            first = find_token(text)
        first.refresh_from_db()
        assert first.last_used_at == start
        clock.shift(59)
        with django_assert_num_queries(1):
            find_token(text)
        clock.shift(2)
        with django_assert_num_queries(2):
            find_token(text)
        first.refresh_from_db()
        assert first.last_used_at == start + timedelta(seconds=61)


def test_it_lets_administrators_revoke_anybodys_token(admin_client, carol, alice):
    text = make_token(carol)
    token = find_token(text)
    page = f"/management/accounts/apitoken/{token.pk}/revoke/"
    rows = "/management/accounts/apitoken/"
    shown = admin_client.get(rows).content.decode()
    assert token.prefix in shown
    assert token.secret_hash not in shown
    details = admin_client.get(f"{rows}{token.pk}/change/").content.decode()
    assert token.secret_hash not in details
    assert "Active" in details
    assert "&#x27;active&#x27;" not in details
    assert admin_client.get(page).status_code == 200
    assert find_token(text)
    assert signed_in(alice).post(page, {"_form_submitted": "True"}).status_code == 403
    assert find_token(text)
    assert admin_client.post(page, {"_form_submitted": "True"})["HX-Redirect"] == rows
    assert find_token(text) is None


def test_it_refuses_floods_of_one_person_and_says_how_long_to_wait(carol, alice, monkeypatch):
    monkeypatch.setattr("apps.accounts.bearer.REQUESTS", 3)
    first, second, other = (Caller(make_token(owner)) for owner in (carol, carol, alice))
    for caller in (first, second, first):
        assert caller.get("/departments").status_code == 200
    answer = second.get("/departments")
    assert answer.status_code == 429
    assert answer["Retry-After"] == "60"
    assert answer.json()["code"] == "too_many_requests"
    assert other.get("/departments").status_code == 200


def test_it_opens_nothing_with_a_cookie(carol, brand):
    client = signed_in(carol)
    assert client.get("/api/v1/departments").status_code == 401
    assert client.get("/api/v1/departments", headers={"authorization": "Basic abc"}).status_code == 401
