import pytest
from cryptography.fernet import Fernet
from django.contrib.admin.models import LogEntry
from reversion.models import Version

from apps.connected_services.models import ConnectedServices
from tests.connected_services.conftest import PAGE, SECRETS, form_data


def text(response):
    return response.content.decode()


def test_it_never_shows_a_stored_secret(admin_client, stored):
    admin_client.post(PAGE, form_data(stored, max_external_feed_articles=7, whmcs_password="typed-6"))
    version = Version.objects.get_for_model(ConnectedServices).latest("pk")
    pages = [
        admin_client.get(PAGE),
        admin_client.get(f"{PAGE}1/change/", follow=True),
        admin_client.post(PAGE, form_data(stored, max_external_feed_articles="x", whmcs_password="typed-6")),
        admin_client.get(f"{PAGE}1/history/"),
        admin_client.get(f"{PAGE}1/history/{version.pk}/"),
        admin_client.post(f"{PAGE}test/", form_data(stored, whmcs_password="typed-6")),
        admin_client.post(f"{PAGE}test/", form_data(stored, whmcs_url="x", whmcs_password="typed-6")),
    ]
    for page in pages:
        assert page.status_code == 200
        for secret in [*SECRETS.values(), "typed-6", "fernet:"]:
            assert secret not in text(page)
    written = [*LogEntry.objects.values_list("change_message", flat=True), version.serialized_data]
    assert not any(secret in line for line in written for secret in [*SECRETS.values(), "typed-6"])


def test_it_says_that_something_is_stored(admin_client, stored):
    page = text(admin_client.get(PAGE))
    assert page.count("•••••• (stored; leave empty to keep)") == 5
    assert page.count('autocomplete="new-password"') == 5
    assert "Clear the stored WHMCS Password" in page


def test_it_offers_nothing_to_clear_where_nothing_is_stored(admin_client, brand):
    page = text(admin_client.get(PAGE))
    assert "stored; leave empty" not in page
    assert "Clear the stored" not in page


def test_it_still_says_so_after_a_failed_save(admin_client, stored):
    page = text(admin_client.post(PAGE, form_data(stored, max_external_feed_articles="x", whmcs_api_key="typed-6")))
    assert page.count("•••••• (stored; leave empty to keep)") == 5
    assert "Not saved yet: what you typed is not shown again" in page
    assert ConnectedServices.load().whmcs_api_key == "whmcs-secret-4"


def test_it_replaces_and_clears_only_what_was_asked_for(admin_client, stored):
    data = form_data(stored, google_maps_api_key="  maps-newer ", whmcs_password="  ")
    admin_client.post(PAGE, data | {"azure_subscription_key-clear": "on"})
    row = ConnectedServices.load()
    assert row.google_maps_api_key == "maps-newer"
    assert row.azure_subscription_key == ""
    assert row.whmcs_password == "whmcs-secret-5"
    assert row.whmcs_api_key == "whmcs-secret-4"


def test_it_names_the_changed_secret_but_not_its_value_in_the_history(admin_client, stored):
    admin_client.post(PAGE, form_data(stored, whmcs_password="typed-6"))
    entry = LogEntry.objects.get()
    assert entry.get_change_message() == "Changed WHMCS Password."


def test_it_says_when_a_stored_secret_cannot_be_decrypted_and_keeps_it(admin_client, stored, settings):
    keys, settings.DESK_FIELD_KEYS = settings.DESK_FIELD_KEYS, [Fernet.generate_key().decode()]
    page = text(admin_client.get(PAGE))
    assert page.count("cannot be decrypted, enter it again") == 5
    assert "stored; leave empty" not in page
    assert admin_client.post(PAGE, form_data(stored, max_external_feed_articles=9)).status_code == 302
    settings.DESK_FIELD_KEYS = keys
    assert ConnectedServices.load().whmcs_password == "whmcs-secret-5"


def test_it_can_clear_what_cannot_be_decrypted(admin_client, stored, settings):
    settings.DESK_FIELD_KEYS = [Fernet.generate_key().decode()]
    admin_client.post(PAGE, form_data(stored) | {"whmcs_password-clear": "on"})
    assert "whmcs_password" not in text(admin_client.get(PAGE)).partition("whmcs_password-clear")[1]


@pytest.mark.parametrize(
    "address",
    [
        "https://billing.example.net/whmcs",
        "http://billing.example.com/whmcs",
        "https://billing.example.com:8443/whmcs",
        "https://sub.billing.example.com/whmcs",
        "",
    ],
)
def test_it_removes_the_secrets_of_another_address(admin_client, stored, address):
    answer = admin_client.post(PAGE, form_data(stored, whmcs_url=address), follow=True)
    row = ConnectedServices.load()
    assert (row.whmcs_api_key, row.whmcs_password) == ("", "")
    assert row.google_maps_api_key == "maps-secret-1"
    assert "Enter it again: WHMCS API Key, WHMCS Password." in text(answer)


@pytest.mark.parametrize(
    "address",
    [
        "https://billing.example.com/other",
        "  https://billing.example.com/whmcs  ",
        "HTTPS://BILLING.Example.com/whmcs",
        "https://billing.example.com:443/whmcs",
    ],
)
def test_it_keeps_the_secrets_of_the_same_place(admin_client, stored, address):
    answer = admin_client.post(PAGE, form_data(stored, whmcs_url=address), follow=True)
    assert ConnectedServices.load().whmcs_password == "whmcs-secret-5"
    assert "Enter it again" not in text(answer)


def test_it_takes_the_same_secret_for_a_new_address_when_it_is_typed(admin_client, stored):
    data = form_data(stored, whmcs_url="https://new.example.com", whmcs_password="whmcs-secret-5")
    answer = admin_client.post(PAGE, data, follow=True)
    row = ConnectedServices.load()
    assert (row.whmcs_api_key, row.whmcs_password) == ("", "whmcs-secret-5")
    assert "Enter it again: WHMCS API Key." in text(answer)


def test_it_loses_nothing_when_the_form_is_refused(admin_client, stored):
    data = form_data(stored, whmcs_url="https://new.example.com", max_external_feed_articles="x")
    page = admin_client.post(PAGE, data)
    assert "stored; leave empty" in text(page)
    assert ConnectedServices.load().whmcs_password == "whmcs-secret-5"
