from cryptography.fernet import Fernet
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from reversion.models import Version

from apps.connected_services.models import ConnectedServices
from apps.connected_services.translation.services import test_settings as try_settings
from tests.conftest import signed_in
from tests.connected_services.conftest import PAGE, form_data

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


def text(response):
    return response.content.decode()


def test_it_tests_the_unsaved_values_and_saves_nothing(admin_client, stored):
    before = ConnectedServices.objects.values().get()
    data = form_data(stored, translation_provider="azure", max_external_feed_articles=9, whmcs_password="typed-6")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = admin_client.post(f"{PAGE}test/", data | {"azure_subscription_key-clear": "on"})
    assert "Azure is chosen but there is no subscription key." in text(answer)
    assert not [query["sql"] for query in queries if query["sql"].lstrip().startswith(WRITES)]
    assert ConnectedServices.objects.values().get() == before
    assert not LogEntry.objects.exists()
    assert not Version.objects.exists()


def test_it_says_what_it_could_not_check(admin_client, stored):
    body = text(admin_client.post(f"{PAGE}test/", form_data(stored)))
    assert body.count("This version cannot ask Google yet: the key was not checked.") == 2
    assert "This version cannot ask WHMCS yet: the credentials were not checked." in body


def test_it_answers_a_piece_of_the_page_that_names_refused_fields(admin_client, stored):
    body = text(admin_client.post(f"{PAGE}test/", form_data(stored, max_external_feed_articles="x")))
    assert "<html" not in body
    assert "Max External Feed Articles:" in body
    assert "Enter a whole number." in body


def test_it_never_uses_a_stored_secret_for_another_address(admin_client, stored):
    body = text(admin_client.post(f"{PAGE}test/", form_data(stored, whmcs_url="https://evil.example.com")))
    assert "Still empty: WHMCS API Key, WHMCS Password." in body
    assert "were not used" in body
    assert ConnectedServices.load().whmcs_password == "whmcs-secret-5"


def test_it_runs_only_as_a_post_with_the_page_s_token(admin, stored):
    strict = signed_in(admin)
    strict.handler.enforce_csrf_checks = True
    assert strict.post(f"{PAGE}test/", form_data(stored)).status_code == 403
    assert strict.get(f"{PAGE}test/").status_code == 405


def test_it_names_each_missing_part(db):
    result = try_settings(settings=ConnectedServices())
    assert [part.status for part in result.parts] == ["off", "off", "off"]
    result = try_settings(settings=ConnectedServices(translation_provider="google", map_provider="google"))
    assert [part.status for part in result.parts] == ["incomplete", "incomplete", "off"]
    result = try_settings(settings=ConnectedServices(whmcs_url="http://b.example", whmcs_username="a"))
    assert result.whmcs.sentence == "Still empty: WHMCS API Key, WHMCS Password."


def test_it_warns_of_an_address_that_is_not_encrypted():
    settings = ConnectedServices(
        whmcs_url="http://b.example", whmcs_api_key="k", whmcs_username="u", whmcs_password="p"
    )
    assert "not encrypted" in try_settings(settings=settings).whmcs.sentence


def test_it_says_that_a_key_cannot_be_decrypted(stored, settings):
    settings.DESK_FIELD_KEYS = [Fernet.generate_key().decode()]
    result = try_settings(settings=ConnectedServices.load())
    assert [part.status for part in result.parts] == ["incomplete"] * 3
    assert "cannot be decrypted" in result.whmcs.sentence
