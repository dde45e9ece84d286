import pytest

from tests.conftest import PASSWORD, make_user, signed_in

NEW = "meadow lantern brick"


def send(client, part, **typed):
    return client.post("/account/", {"part": part, **typed})


def body(response):
    return response.content.decode()


def test_it_asks_strangers_to_sign_in(client, brand):
    assert client.get("/account/")["Location"] == "/login/?next=/account/"
    assert send(client, "profile", display_name="x")["Location"] == "/login/?next=/account/"


def test_it_changes_name_language_and_time_zone(carol):
    client = signed_in(carol)
    response = send(client, "profile", display_name="Caro", language="", time_zone="America/Lima")
    assert response["Location"] == "/account/"
    carol.refresh_from_db()
    assert (carol.display_name, carol.language, carol.time_zone) == ("Caro", "", "America/Lima")
    text = body(client.get("/account/"))
    assert "Your changes are saved." in text
    assert '<span class="menu-name">Caro</span>' in text


def test_it_shows_pages_in_the_chosen_language(carol):
    client = signed_in(carol)
    send(client, "profile", display_name="Carol", language="es", time_zone="")
    assert '<html lang="es"' in body(client.get("/"))


def test_it_keeps_what_was_typed_and_shows_the_old_name_above(carol):
    text = body(send(signed_in(carol), "profile", display_name="Someone", language="", time_zone="Moon/Base"))
    assert 'value="Moon/Base"' in text
    assert 'value="Someone"' in text
    assert '<span class="menu-name">Carol</span>' in text
    assert "This is not a known time zone." in text.split('id="profile-time_zone_error"')[1]
    carol.refresh_from_db()
    assert (carol.display_name, carol.time_zone) == ("Carol", "")


def test_it_changes_the_email_address_and_tells_the_old_one(carol, run_jobs, mailoutbox):
    assert send(signed_in(carol), "email", email="caro@example.org", password=PASSWORD)["Location"] == "/account/"
    carol.refresh_from_db()
    assert carol.email == "caro@example.org"
    run_jobs()
    assert [mail.to for mail in mailoutbox] == [["carol@example.com"]]
    assert "was changed" in mailoutbox[0].subject
    assert "caro@example.org" not in mailoutbox[0].body


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"email": "caro@example.org", "password": "wrong"}, "This is not your password."),
        ({"email": "caro@example.org", "password": ""}, "required"),
        ({"email": "BOB@example.com", "password": PASSWORD}, "This address cannot be used."),
        ({"email": "", "password": PASSWORD}, "required"),
    ],
)
def test_it_changes_no_email_address_without_password_or_to_a_taken_one(carol, typed, words):
    make_user("bob")
    text = body(send(signed_in(carol), "email", **typed))
    assert words in text
    assert f'value="{typed["email"]}"' in text or not typed["email"]
    carol.refresh_from_db()
    assert carol.email == "carol@example.com"


def test_it_changes_the_password_and_ends_other_sessions(client, carol, run_jobs, mailoutbox):
    here, there = signed_in(carol), signed_in(carol)
    send(here, "password", password=PASSWORD, new_password=NEW, repeated=NEW)
    assert "You were signed out everywhere else." in body(here.get("/account/"))
    assert there.get("/account/").status_code == 302
    carol.refresh_from_db()
    assert carol.check_password(NEW)
    run_jobs()
    assert [mail.to for mail in mailoutbox] == [["carol@example.com"]]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"password": "wrong", "new_password": NEW, "repeated": NEW}, "This is not your password."),
        ({"password": PASSWORD, "new_password": NEW, "repeated": "other"}, "not the same"),
        ({"password": PASSWORD, "new_password": "1234567890", "repeated": "1234567890"}, "too common"),
    ],
)
def test_it_says_why_a_password_cannot_be_changed(carol, typed, words):
    text = body(send(signed_in(carol), "password", **typed))
    assert words in text
    assert NEW not in text
    carol.refresh_from_db()
    assert carol.check_password(PASSWORD)


def test_it_stops_guesses_of_the_password(carol):
    client = signed_in(carol)
    for _ in range(10):
        send(client, "email", email="caro@example.org", password="wrong")
    assert "Too many attempts." in body(send(client, "email", email="caro@example.org", password=PASSWORD))
    carol.refresh_from_db()
    assert carol.email == "carol@example.com"


def test_it_escapes_a_hostile_name(carol):
    client = signed_in(carol)
    send(client, "profile", display_name="<script>alert(1)</script>", language="", time_zone="")
    assert "<script>alert" not in body(client.get("/account/"))


def test_it_ignores_forms_that_are_none(carol):
    assert send(signed_in(carol), "delete")["Location"] == "/account/"
