import pytest

from apps.accounts.models import User
from apps.accounts.services import register

PASSWORD = "meadow lantern brick"
TYPED = {
    "username": "erin",
    "email": "erin@example.com",
    "display_name": "Erin Example",
    "password": PASSWORD,
    "repeated": PASSWORD,
}


def send(client, address="127.0.0.1", **changes):
    return client.post("/register/", {**TYPED, **changes}, REMOTE_ADDR=address)


def test_it_makes_a_customer_and_signs_in(client, brand):
    response = send(client, next="/account/", time_zone="Europe/Madrid")
    assert response["Location"] == "/account/"
    user = User.objects.get(username="erin")
    assert (user.email, user.display_name, user.time_zone) == ("erin@example.com", "Erin Example", "Europe/Madrid")
    assert not user.is_staff
    assert not user.is_superuser
    assert user.check_password(PASSWORD)
    assert client.session["_auth_user_id"] == str(user.pk)


def test_it_takes_no_rights_from_the_form(client, brand):
    send(client, is_staff="on", is_superuser="on", is_active="")
    user = User.objects.get(username="erin")
    assert (user.is_staff, user.is_superuser, user.is_active) == (False, False, True)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"username": "erin@home"}, "username", "no spaces, no @"),
        ({"username": "CAROL"}, "username", "This user name is taken."),
        ({"email": "Carol@Example.com"}, "email", "This address cannot be used."),
        ({"email": "nonsense"}, "email", "valid email address"),
        ({"display_name": " "}, "display_name", "required"),
        ({"password": "short", "repeated": "short"}, "password", "too short"),
        ({"password": "erin@example.com", "repeated": "erin@example.com"}, "password", "too similar"),
        ({"repeated": "something else"}, "repeated", "not the same"),
    ],
)
def test_it_says_beside_the_field_what_is_wrong(client, carol, changes, field, words):
    response = send(client, **changes)
    text = response.content.decode()
    assert response.status_code == 200
    assert words in text.split(f'id="id_{field}_error"')[1].split("</ul>")[0]
    assert words in text.split('class="errors"')[1].split("</div>")[0]
    assert f'<a href="#id_{field}">' in text
    assert 'aria-invalid="true"' in text
    assert not User.objects.filter(username="erin").exists()


def test_it_keeps_what_was_typed_but_the_passwords(client, brand):
    text = send(client, repeated="something else", next="/account/").content.decode()
    for value in ("erin", "erin@example.com", "Erin Example", "/account/"):
        assert f'value="{value}"' in text
    assert PASSWORD not in text
    assert "something else" not in text


def test_it_leaves_out_a_time_zone_that_is_none(client, brand):
    send(client, time_zone="Moon/Base")
    assert User.objects.get(username="erin").time_zone == ""


def test_it_escapes_what_was_typed(client, brand):
    text = send(client, username='"><script>x', display_name="<script>y", email="<script>z").content.decode()
    assert "<script>x" not in text
    assert "<script>y" not in text
    assert "<script>z" not in text


def test_it_refuses_floods_from_one_address(client, brand):
    for _ in range(30):
        assert send(client, email="nonsense").status_code == 200
    response = send(client)
    assert response.status_code == 429
    assert "Too many people registered from this place." in response.content.decode()
    assert not User.objects.filter(username="erin").exists()
    assert client.post("/register/", TYPED, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_it_counts_the_addresses_of_one_connection_together(client, brand):
    for number in range(30):
        send(client, email="nonsense", address=f"2001:db8:1:2::{number:x}")
    assert send(client, "2001:db8:1:2:ffff::").status_code == 429
    assert send(client, "2001:db8:1:3::").status_code == 302


def test_it_goes_on_to_no_other_place(client, brand):
    assert send(client, next="//evil.example/")["Location"] == "/"


@pytest.mark.parametrize(
    "changes", [{"username": "a@b"}, {"email": "x"}, {"display_name": ""}, {"password": "1234567890"}]
)
def test_its_service_checks_for_itself(brand, changes):
    typed = {name: value for name, value in TYPED.items() if name != "repeated"}
    with pytest.raises(Exception, match=next(iter(changes))):
        register(**{**typed, **changes})
    assert not User.objects.exists()
