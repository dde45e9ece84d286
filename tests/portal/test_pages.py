"""Every page of the portal is complete: landmarks, headings, labels, language, no link to nowhere."""

import itertools
import re

import pytest
from django.test import Client

from tests.conftest import signed_in
from tests.portal.builders import make_brand, make_feed, make_link, page

PUBLIC = [
    "/",
    "/login/",
    "/register/",
    "/password/reset/",
    "/password/reset/sent/",
    "/password/reset/MQ/x/",
    "/nowhere/",
]
OWN = ["/", "/account/", "/logout/", "/nowhere/"]


def pages(client, carol):
    make_link("Status", new_window=True)
    make_feed()
    return [page(client, path) for path in PUBLIC] + [page(signed_in(carol), path) for path in OWN]


def test_it_has_landmarks_and_headings_in_order(client, carol):
    for text in pages(client, carol):
        assert text.count("<main ") == text.count("<header ") == text.count("<footer ") == 1
        assert text.count("<h1") == 1
        levels = [int(level) for level in re.findall(r"<h([1-6])", text)]
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
        assert '<a class="skip" href="#main">' in text


def test_it_gives_each_id_once_and_each_field_a_label(client, carol):
    for text in pages(client, carol):
        ids = re.findall(r' id="([^"]+)"', text)
        assert len(ids) == len(set(ids))
        fields = re.findall(r'<(?:input|select|textarea)(?![^>]*type="hidden")(?![^>]* hidden)[^>]* id="([^"]+)"', text)
        assert set(fields) <= set(re.findall(r'<label for="([^"]+)"', text))


def test_it_has_no_inline_style_or_handler(client, carol):
    for text in pages(client, carol):
        assert not re.search(r"<[^>]+ (?:style|on\w+)=", text)
        assert not re.search(r"<script(?![^>]* src=)", text)


def test_it_changes_the_language_and_keeps_the_page(client, brand):
    response = client.post("/i18n/setlang/", {"language": "de", "next": "/login/"})
    assert response["Location"] == "/login/"
    assert '<html lang="de" dir="ltr"' in page(client, "/login/")


def test_it_runs_from_right_to_left_where_the_language_does(client, brand, settings):
    settings.LANGUAGES = [("ar", "العربية"), ("en", "English")]
    client.cookies["django_language"] = "ar"
    assert '<html lang="ar" dir="rtl"' in page(client)


@pytest.mark.parametrize(("cookie", "shown"), [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"')])
def test_it_remembers_light_and_dark(client, brand, cookie, shown):
    client.cookies["desk_theme"] = cookie
    assert shown in page(client)
    client.cookies["desk_theme"] = '"><script>'
    assert "data-theme=" not in page(client)


def test_it_answers_unknown_addresses_in_the_look_of_the_brand(client, brand):
    make_brand("Kestrel", "kestrel.example")
    response = client.get("/nowhere/<script>", headers={"host": "kestrel.example"})
    assert response.status_code == 404
    text = response.content.decode()
    assert "There is no such page" in text
    assert "Kestrel" in text
    assert "nowhere" not in text.replace("/nowhere/%3Cscript%3E", "")


def test_it_says_plainly_that_a_host_name_is_unknown(client, brand):
    response = client.get("/", headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    assert "Nothing answers at this address" in response.content.decode()
    assert "Fernhill" not in response.content.decode()


def test_it_explains_a_form_that_is_out_of_date(carol):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/login/", {"username": "carol", "password": "x"})
    assert response.status_code == 403
    assert "This form is out of date" in response.content.decode()
    assert response["X-Signed-Out"] == "1"
    client.force_login(carol)
    response = client.post("/account/", {"display_name": "x"})
    assert response.status_code == 403
    assert "X-Signed-Out" not in response


def test_it_says_that_a_form_is_too_large(brand, caplog):
    client = Client(enforce_csrf_checks=True)
    many = {f"field-{number}": "x" for number in range(5100)}
    typed = "&".join(f"{name}=x" for name in many), "application/x-www-form-urlencoded"
    for answer in (
        client.post("/tickets/new/", many),
        client.post("/tickets/new/", *typed),
        client.get("/login/", many),
    ):
        assert answer.status_code == 413
        assert "This form is too large" in answer.text
        assert "Nothing answers" not in answer.text
    assert "Traceback" not in caplog.text


def test_it_explains_a_refusal(client, carol, rf):
    from django.core.exceptions import PermissionDenied
    from django.views.defaults import permission_denied, server_error

    request = rf.get("/")
    assert "This page is not for you" in permission_denied(request, PermissionDenied()).content.decode()
    failure = server_error(request)
    assert failure.status_code == 500
    assert "This is our fault, not yours." in failure.content.decode()
