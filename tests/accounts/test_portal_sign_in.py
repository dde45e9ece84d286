import pytest

from tests.conftest import PASSWORD, signed_in


def sign_in(client, username="carol", password=PASSWORD, **more):
    return client.post("/login/", {"username": username, "password": password, **more}, **more.pop("options", {}))


def is_signed_in(client):
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("name", ["carol", "Carol", "carol@example.com", "CAROL@Example.com", " carol "])
def test_it_signs_in_by_user_name_or_email(client, carol, name):
    response = sign_in(client, name)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert is_signed_in(client)


def test_it_keeps_what_was_typed_but_the_password(client, carol):
    text = sign_in(client, password="wrong").content.decode()
    assert 'value="carol"' in text
    assert "wrong" not in text.replace('class="wrong"', "")
    assert "do not fit together" in text
    assert not is_signed_in(client)


def test_it_says_the_same_about_unknown_names(client, carol):
    unknown = sign_in(client, "nobody", "wrong").content.decode()
    assert "do not fit together" in unknown


def test_it_refuses_accounts_that_are_switched_off(client, carol):
    carol.is_active = False
    carol.save()
    sign_in(client)
    assert not is_signed_in(client)


def test_it_goes_on_to_the_page_that_was_asked_for(client, carol):
    response = client.get("/account/")
    assert response["Location"] == "/login/?next=/account/"
    assert 'name="next" value="/account/"' in client.get(response["Location"]).content.decode()
    assert sign_in(client, next="/account/")["Location"] == "/account/"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
        "/login/",
    ],
)
def test_it_never_goes_on_to_another_place(client, carol, target):
    assert 'name="next" value=""' in client.get("/login/", {"next": target}).content.decode()
    assert sign_in(client, next=target)["Location"] == "/"


def test_it_sends_signed_in_people_on(carol):
    client = signed_in(carol)
    assert client.get("/login/")["Location"] == "/"
    assert client.get("/login/?next=/account/")["Location"] == "/account/"
    assert client.get("/login/?next=/login/%3Fa=1")["Location"] == "/"
    assert client.get("/register/")["Location"] == "/"


def test_it_signs_out_by_post_only(carol):
    client = signed_in(carol)
    assert "Do you want to sign out?" in client.get("/logout/").content.decode()
    assert is_signed_in(client)
    assert client.post("/logout/")["Location"] == "/"
    assert not is_signed_in(client)


def fail(client, name, times, **options):
    for _ in range(times):
        client.post("/login/", {"username": name, "password": "wrong"}, **options)


@pytest.mark.parametrize("path", ["/login/", "/management/login/"])
def test_it_locks_an_account_after_ten_failures_from_anywhere(client, alice, path):
    for number in range(10):
        client.post(path, {"username": "alice", "password": "wrong"}, REMOTE_ADDR=f"192.0.2.{number}")
    typed = {"username": "alice@example.com", "password": PASSWORD}
    response = client.post(path, typed, REMOTE_ADDR="192.0.2.99")
    assert response.status_code == 429
    assert response["Retry-After"] == "300"
    text = response.content.decode()
    assert "Please wait a moment" in text
    assert "Try again in 5 minutes." in text
    assert not is_signed_in(client)


def test_it_locks_an_address_after_fifty_failures_with_any_name(client, carol):
    for number in range(49):
        fail(client, f"nobody{number}", 1, REMOTE_ADDR="192.0.2.1")
    typed = {"username": "carol", "password": PASSWORD}
    assert client.post("/login/", typed, REMOTE_ADDR="192.0.2.1").status_code == 302
    client.post("/logout/")
    fail(client, "nobody", 1, REMOTE_ADDR="192.0.2.1")
    assert client.post("/login/", typed, REMOTE_ADDR="192.0.2.1").status_code == 429
    assert client.post("/login/", typed, REMOTE_ADDR="192.0.2.2").status_code == 302


def test_it_leaves_colleagues_in_while_one_account_is_locked(client, alice, carol):
    fail(client, "alice", 12)
    assert client.post("/login/", {"username": "carol", "password": PASSWORD}).status_code == 302


def test_it_does_not_forget_what_was_tried_on_others(client, alice, carol):
    fail(client, "alice", 9)
    sign_in(client)
    client.post("/logout/")
    fail(client, "alice", 1)
    assert client.post("/login/", {"username": "alice", "password": PASSWORD}).status_code == 429


def test_it_forgets_failures_after_signing_in(client, carol):
    fail(client, "carol", 9)
    sign_in(client)
    client.post("/logout/")
    fail(client, "carol", 9)
    assert sign_in(client).status_code == 302
