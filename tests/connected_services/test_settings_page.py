import pytest
from django.contrib.admin.models import LogEntry
from reversion.models import Version

from apps.connected_services.models import ConnectedServices
from tests.conftest import signed_in
from tests.connected_services.conftest import PAGE, SECRETS, form_data


def text(response):
    return response.content.decode()


def test_it_shows_the_form_at_the_address_of_the_list(admin_client):
    page = admin_client.get(PAGE)
    assert page.status_code == 200
    for label in (
        "Max External Feed Articles",
        "Map Provider",
        "Translation Provider",
        "Subscription Key",
        "Region",
        "Monthly character limit",
        "Requests to Translations API",
        "Characters to Translations API",
        "WHMCS URL",
        "WHMCS API Key",
        "WHMCS Username",
        "WHMCS Password",
        "Test Settings",
        "Reset Statistics",
    ):
        assert label in text(page), label


def test_it_saves_and_returns_to_itself(admin_client, stored):
    answer = admin_client.post(PAGE, form_data(stored, max_external_feed_articles=7), follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    row = ConnectedServices.load()
    assert row.max_external_feed_articles == 7
    assert {name: getattr(row, name) for name in SECRETS} == SECRETS


def test_it_refuses_what_cannot_be(admin_client, stored):
    answer = admin_client.post(PAGE, form_data(stored, max_external_feed_articles=51, whmcs_url="ftp://x.example"))
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors.keys() == {"max_external_feed_articles", "whmcs_url"}
    assert ConnectedServices.load().max_external_feed_articles == 5


def test_it_warns_of_a_provider_without_key(admin_client, brand):
    answer = admin_client.post(PAGE, form_data(ConnectedServices.load(), translation_provider="google"), follow=True)
    assert "Google is chosen but there is no API key." in text(answer)


def test_it_refuses_to_overwrite_what_another_administrator_saved(admin_client, stored):
    stamp = admin_client.get(PAGE).context["adminform"].form["stamp"].value()
    first = admin_client.post(PAGE, form_data(stored, max_external_feed_articles=8, stamp=stamp))
    second = admin_client.post(PAGE, form_data(stored, max_external_feed_articles=9, stamp=stamp))
    assert first.status_code == 302
    assert "Admin changed the settings at" in text(second)
    assert ConnectedServices.load().max_external_feed_articles == 8


def test_it_keeps_versions_that_can_be_brought_back(admin_client, stored):
    admin_client.post(PAGE, form_data(stored, max_external_feed_articles=7, google_maps_api_key="maps-newer"))
    admin_client.post(PAGE, form_data(stored, max_external_feed_articles=9, whmcs_password="whmcs-newer"))
    version = Version.objects.get_for_model(ConnectedServices).order_by("pk")[1]
    history = admin_client.get(f"{PAGE}1/history/")
    address = f"{PAGE}1/history/{version.pk}/"
    assert address in text(history)
    old = admin_client.get(address)
    assert old.status_code == 200
    assert old.context["adminform"].form["max_external_feed_articles"].value() == 7
    answer = admin_client.post(address, form_data(stored, max_external_feed_articles=7))
    row = ConnectedServices.load()
    assert answer.status_code == 302
    assert row.max_external_feed_articles == 7
    assert (row.google_maps_api_key, row.whmcs_password) == ("maps-newer", "whmcs-secret-5")


def test_it_reverts_the_very_first_change_and_keeps_the_secrets(admin_client, stored):
    admin_client.post(PAGE, form_data(stored, max_external_feed_articles=7))
    version = Version.objects.get_for_model(ConnectedServices).order_by("pk")[0]
    address = f"{PAGE}1/history/{version.pk}/"
    assert version.revision.comment == "As it was before"
    assert admin_client.get(address).context["adminform"].form["max_external_feed_articles"].value() == 5
    assert admin_client.post(address, form_data(stored)).status_code == 302
    row = ConnectedServices.load()
    assert row.max_external_feed_articles == 5
    assert {name: getattr(row, name) for name in SECRETS} == SECRETS
    assert not any(secret in version.serialized_data for secret in SECRETS.values())


@pytest.mark.parametrize("persona", ["alice", "manager", "carol", None])
def test_it_is_for_administrators_only(request, client, stored, persona):
    browser = signed_in(request.getfixturevalue(persona)) if persona else client
    for answer in (
        browser.get(PAGE),
        browser.post(PAGE, form_data(stored, max_external_feed_articles=1)),
        browser.get(f"{PAGE}1/change/"),
        browser.get(f"{PAGE}1/history/"),
        browser.post(f"{PAGE}test/", form_data(stored)),
        browser.post(f"{PAGE}reset/"),
    ):
        assert answer.status_code in (302, 403, 404)
        assert "WHMCS" not in text(answer)
    assert ConnectedServices.load().max_external_feed_articles == 5
    assert not LogEntry.objects.exists()


def test_it_shows_no_secret_to_those_who_may_only_look(alice, stored):
    from django.contrib.auth.models import Permission

    alice.user_permissions.add(Permission.objects.get(codename="view_connectedservices"))
    page = signed_in(alice).get(PAGE)
    assert page.status_code == 200
    assert "api-admin" in text(page)
    assert not any(secret in text(page) for secret in SECRETS.values())
    assert "desk-toolbar" not in text(page)
    assert signed_in(alice).post(f"{PAGE}test/", form_data(stored)).status_code == 403
    assert signed_in(alice).post(f"{PAGE}reset/").status_code == 403


def test_it_shows_the_three_tabs_on_all_three_pages(admin_client, brand):
    pages = [PAGE, "/management/feeds/externalfeed/", "/management/connections/smartertrackconnection/"]
    for page in pages:
        body = text(admin_client.get(page))
        tabs = body.partition('id="tabs-items"')[2].partition("</nav>")[0]
        assert [address in tabs for address in pages] == [True, True, True], page
