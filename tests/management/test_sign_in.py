import pytest
from django.test import Client

from apps.accounts.sign_in import OPENED_FOR
from apps.brands.models import Installation
from tests.conftest import PASSWORD, signed_in

pytestmark = pytest.mark.django_db
LOGIN = "/management/login/"


def sign_in(client, name="", password=PASSWORD, query="", **values):
    return client.post(LOGIN + query, {"username": name, "password": password, **values})


def at_portal(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("name", ["alice", "ALICE", "alice@example.com", "Alice@Example.com"])
def test_it_signs_in_by_name_or_address(client, alice, name):
    assert sign_in(client, name)["Location"] == "/management/"
    assert client.get("/management/").status_code == 200


def test_it_goes_where_the_person_wanted(client, admin):
    answer = client.get("/management/brands/brand/?q=a")
    assert answer["Location"] == "/management/login/?next=/management/brands/brand/%3Fq%3Da"
    page = client.get(answer["Location"]).text
    assert 'name="next" value="/management/brands/brand/?q=a"' in page
    assert sign_in(client, "admin", next="/management/brands/brand/?q=a")["Location"] == "/management/brands/brand/?q=a"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_it_goes_nowhere_else(client, alice, target):
    assert sign_in(client, "alice", next=target)["Location"] == "/management/"


def test_it_asks_for_the_password_after_signing_in_to_the_portal(alice):
    client = at_portal(alice)
    answer = client.get("/management/", follow=True)
    assert "Confirm your password" in answer.text
    assert '<strong class="text-important">Alice</strong> (alice)' in answer.text
    assert 'name="username"' not in answer.text
    assert "Sign in as somebody else" in answer.text


def test_it_opens_after_the_password_under_a_new_session_key(alice):
    client = at_portal(alice)
    before = client.session.session_key
    assert sign_in(client).status_code == 302
    assert client.session.session_key != before
    assert client.get("/management/").status_code == 200


def test_it_confirms_the_person_who_is_signed_in_whatever_name_is_sent(alice, admin):
    client = at_portal(alice)
    sign_in(client, "admin")
    assert client.get("/management/").context["user"] == alice


def test_it_lets_somebody_else_sign_in(alice, admin):
    client = at_portal(alice)
    assert 'name="username"' in client.get(f"{LOGIN}?other=1").text
    sign_in(client, "admin", query="?other=1")
    assert client.get("/management/").context["user"] == admin


def test_it_refuses_a_wrong_password(client, alice):
    assert "do not belong together" in sign_in(client, "alice", "wrong").text
    client = at_portal(alice)
    assert "not the password of the account" in sign_in(client, password="wrong").text
    assert client.get("/management/").status_code == 302


def test_it_stays_closed_for_the_next_person_and_after_a_password_change(alice, admin):
    client = signed_in(alice)
    client.force_login(admin)
    assert client.get("/management/").status_code == 302
    client = signed_in(alice)
    opened = client.session[OPENED_FOR]
    alice.set_password("another long password")
    alice.save()
    client.force_login(alice)
    session = client.session
    session[OPENED_FOR] = opened
    session.save()
    assert client.get("/management/").status_code == 302


def test_it_stays_open_after_changing_the_own_password(alice):
    client = signed_in(alice)
    values = {"old_password": PASSWORD, "new_password1": "Wombat-4711-x", "new_password2": "Wombat-4711-x"}
    assert client.post("/management/password_change/", values).status_code == 302
    assert client.get("/management/").status_code == 200


def test_it_closes_when_the_person_signs_out(alice):
    client = signed_in(alice)
    client.post("/management/logout/")
    client.force_login(alice)
    assert client.get("/management/").status_code == 302


def test_it_opens_at_once_with_one_sign_in_for_both(alice):
    Installation.load()
    Installation.objects.update(simultaneous_login=True)
    client = at_portal(alice)
    assert client.get("/management/").status_code == 200
    assert client.get(f"{LOGIN}?next=/management/brands/")["Location"] == "/management/brands/"
    Installation.objects.update(simultaneous_login=False)
    assert client.get("/management/").status_code == 302


@pytest.mark.parametrize("address", ["/management/", LOGIN, "/management/brands/brand/", "/management/jsi18n/"])
def test_it_refuses_customers_clearly(carol, address):
    Installation.load()
    Installation.objects.update(simultaneous_login=True)
    answer = at_portal(carol).get(address)
    assert answer.status_code == 403
    assert "This account is a customer's" in answer.text.replace("&#x27;", "'")
    assert 'href="/"' in answer.text
    assert 'action="/management/logout/"' in answer.text


def test_it_lets_refused_customers_sign_out(carol):
    client = at_portal(carol)
    assert client.post("/management/logout/", {"next": LOGIN})["Location"] == LOGIN
    assert 'name="username"' in client.get(LOGIN).text


def test_it_tells_customers_who_try_to_sign_in(client, carol):
    answer = sign_in(client, "carol")
    assert "This account is a customer" in answer.text
    assert "_auth_user_id" not in client.session


def test_it_refuses_people_who_were_made_inactive(alice):
    client = signed_in(alice)
    alice.is_active = False
    alice.save()
    assert client.get("/management/").status_code == 302
    assert "do not belong together" in sign_in(Client(), "alice").text


def test_it_counts_wrong_passwords_like_the_portal(alice):
    client = at_portal(alice)
    answers = [sign_in(client, password="wrong").status_code for _ in range(10)]
    assert answers[0] == 200
    assert answers[-1] == 429
    assert sign_in(client).status_code == 429


def test_it_reads_the_switch_only_while_closed(alice, django_assert_num_queries):
    client = signed_in(alice)
    client.get("/management/jsi18n/")
    with django_assert_num_queries(2):  # session and person
        client.get("/management/jsi18n/")


@pytest.mark.parametrize(
    "address",
    ["/management/root.aspx", "/Management/Root.ASPX", "/Main/", "/main", "/MAIN", "/login.aspx", "/Login.aspx",
     "/Management/", "/management/root.aspx/"],
)  # fmt: skip
def test_it_knows_the_old_addresses(client, brand, address):
    assert client.get(address)["Location"] == "/management/"
    kept = "/management/login/?next=%2Fmanagement%2Fbrands%2F"
    assert client.get(f"{address}?next=/management/brands/")["Location"] == kept
    assert client.get(f"{address}?ReturnUrl=%2fmanagement%2fbrands%2f")["Location"] == kept
    assert client.get(f"{address}?next=https://evil.example/")["Location"] == "/management/"


def test_it_keeps_the_language_with_the_account(alice):
    client = signed_in(alice)
    answer = client.post("/i18n/setlang/", {"language": "de"}, headers={"Referer": "http://testserver/management/"})
    assert answer["Location"].endswith("/management/")
    alice.refresh_from_db()
    assert alice.language == "de"
    assert client.post("/i18n/setlang/", {"language": "xx"}).status_code == 302
    assert client.get("/i18n/setlang/").status_code == 405


def test_it_widens_the_content_security_policy_here_only(alice, client):
    for address in ("/management/", LOGIN, "/management/login/?other=1"):
        policy = signed_in(alice).get(address, follow=True)["Content-Security-Policy"]
        assert "script-src 'self' 'unsafe-eval';" in policy
        assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in client.get("/")["Content-Security-Policy"]
