"""The settings of the Connected Services, filled in by an administrator."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.connected_services.models import ConnectedServices, TranslationUsage
from tests.connected_services.conftest import PAGE

STORED = "•••••• (stored; leave empty to keep)"
KEY = "google-secret-2"


@pytest.fixture
def settings_page(desk, page, sign_in, admin):
    sign_in(page, admin)
    page.goto(desk.address(PAGE))
    return page


def provider_fields(page):
    """The labels of the fields shown for the chosen providers."""
    labels = ("Subscription Key", "Region", "Monthly character limit")
    shown = [label for label in labels if page.get_by_label(label, exact=True).is_visible()]
    return shown + ["API Key"] * page.get_by_label("API Key", exact=True).filter(visible=True).count()


def save(page):
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The settings are saved.")).to_be_visible()


def fill_key(page, key=KEY):
    page.get_by_label("Translation Provider").select_option("Google")
    page.get_by_label("API Key", exact=True).filter(visible=True).fill(key)


def run_test(page):
    page.get_by_role("button", name="Test Settings").click()
    result = page.locator("#test-result")
    expect(result).to_contain_text("Tested with what is on this page now; nothing was saved.")
    return result


def test_it_shows_the_fields_of_the_chosen_provider_only(settings_page):
    translation, places = settings_page.get_by_label("Translation Provider"), settings_page.get_by_label("Map Provider")
    expect(settings_page.get_by_label("Monthly character limit", exact=True)).to_be_hidden()
    assert provider_fields(settings_page) == []
    translation.select_option("Google")
    expect(settings_page.get_by_label("Monthly character limit", exact=True)).to_be_visible()
    assert provider_fields(settings_page) == ["Monthly character limit", "API Key"]
    translation.select_option("Azure")
    expect(settings_page.get_by_label("Subscription Key", exact=True)).to_be_visible()
    assert provider_fields(settings_page) == ["Subscription Key", "Region", "Monthly character limit"]
    places.select_option("Google")
    expect(settings_page.get_by_label("API Key", exact=True).filter(visible=True)).to_have_count(1)
    places.select_option("None")
    translation.select_option("None")
    expect(settings_page.get_by_label("Subscription Key", exact=True)).to_be_hidden()
    assert provider_fields(settings_page) == []


def test_it_stores_keeps_and_clears_a_key_and_never_shows_it(settings_page):
    fill_key(settings_page)
    save(settings_page)
    field = settings_page.get_by_label("API Key", exact=True).filter(visible=True)
    expect(field).to_have_value("")
    expect(field).to_have_attribute("placeholder", STORED)
    assert KEY not in settings_page.content()
    settings_page.get_by_label("Max External Feed Articles").fill("7")
    save(settings_page)
    row = ConnectedServices.load()
    assert (row.google_translate_api_key, row.max_external_feed_articles) == (KEY, 7)
    settings_page.get_by_label("Clear the stored API Key").filter(visible=True).check()
    save(settings_page)
    expect(field).not_to_have_attribute("placeholder", STORED)
    expect(settings_page.get_by_text("Google is chosen but there is no API key.")).to_be_visible()
    assert ConnectedServices.load().google_translate_api_key == ""


def test_it_tests_what_was_typed_without_saving_or_losing_it(settings_page):
    settings_page.get_by_label("Max External Feed Articles").fill("9")
    fill_key(settings_page)
    result = run_test(settings_page)
    expect(result).to_contain_text("Everything is filled in. This version cannot ask Google yet")
    expect(result).to_contain_text("None is chosen: no map is shown.")
    expect(settings_page.get_by_label("Max External Feed Articles")).to_have_value("9")
    expect(settings_page.get_by_label("API Key", exact=True).filter(visible=True)).to_have_value(KEY)
    result.get_by_role("button", name="Close the result").click()
    expect(result).to_be_empty()
    settings_page.on("dialog", lambda dialog: dialog.accept())  # leave the page with unsaved changes
    settings_page.reload()
    expect(settings_page.get_by_label("Max External Feed Articles")).to_have_value("5")
    expect(settings_page.get_by_label("Translation Provider")).to_have_value("none")
    assert ConnectedServices.load().google_translate_api_key == ""


def test_it_resets_the_statistics_only_when_told_twice(desk, settings_page):
    TranslationUsage.objects.filter(is_open=True).update(requests=3, characters=1234, started_at=timezone.now())
    settings_page.reload()
    opener = settings_page.get_by_role("button", name="Reset Statistics")
    dialog = settings_page.get_by_role("dialog", name="Reset the statistics?")
    opener.click()
    expect(dialog).to_contain_text("Requests (3) and characters (1,234) begin at 0 again.")
    settings_page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert TranslationUsage.objects.get().characters == 1234
    opener.click()
    dialog.get_by_role("button", name="Reset Statistics").click()
    expect(settings_page.get_by_text("The statistics were reset")).to_be_visible()
    earlier = settings_page.get_by_role("region", name="Translation statistics of earlier periods").get_by_role("row")
    expect(earlier.last).to_contain_text("1,234")
    expect(earlier.last).to_contain_text("Admin")
    assert list(TranslationUsage.objects.values_list("characters", "is_open")) == [(0, True), (1234, False)]


def test_it_has_a_toolbar_that_a_phone_can_use(settings_page):
    settings_page.set_viewport_size({"width": 360, "height": 800})
    settings_page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    for name in ("Save", "Test Settings", "Reset Statistics"):
        box = settings_page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        assert box["height"] >= 36
    run_test(settings_page)
    settings_page.get_by_role("button", name="Reset Statistics").click()
    box = settings_page.get_by_role("dialog").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    settings_page.keyboard.press("Escape")
    assert settings_page.evaluate("document.documentElement.scrollWidth") <= 360


def test_it_leads_by_tabs_to_the_three_pages(desk, settings_page):
    for name, address in (
        ("External Feeds", "/management/feeds/externalfeed/"),
        ("SmarterTrack Connections", "/management/connections/smartertrackconnection/"),
        ("Settings", PAGE),
    ):
        settings_page.locator("#tabs-wrapper").get_by_role("link", name=name, exact=True).click()
        expect(settings_page).to_have_url(desk.address(address))


@pytest.mark.parametrize("width", [360, 1280, 1440])
def test_it_shows_all_three_tabs_on_every_screen(settings_page, width):
    settings_page.set_viewport_size({"width": width, "height": 800})
    settings_page.reload()
    tabs = settings_page.locator("#tabs-items a")
    expect(tabs).to_have_text(["Settings", "External Feeds", "SmarterTrack Connections"])
    for tab in tabs.all():
        box = tab.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
