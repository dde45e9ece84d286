"""From a file of feeds to what the customers of two brands read."""

import pytest
from playwright.sync_api import expect

from apps.core.models import BulkImport
from apps.feeds.models import ExternalFeed
from apps.feeds.services import refresh_due_feeds
from tests.fakes.feed_server import FeedServer, document, rss
from tests.portal.builders import make_brand

LIST = "/management/feeds/externalfeed/"
FERNHILL, TIDEWATER = "fernhill.localhost", "tidewater.localhost"
OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Subscriptions</title></head><body>
<outline text="Tidewater"><outline type="rss" text="Tides" xmlUrl="{tides}"/></outline>
<outline type="rss" text="Weather" xmlUrl="{weather}"/>
</body></opml>"""


@pytest.fixture
def publisher(settings):
    with FeedServer() as server:
        for name in ("journal", "status", "tides", "weather"):
            server.at(f"/{name}", document(rss([f"{name} one", f"{name} two"])))
        settings.DESK_OUTBOUND_ALLOW = server.allow
        yield server
        assert server.faults == []


@pytest.fixture
def administrator(desk, page, sign_in, admin):
    """An administrator's page, on a desk of two brands."""
    make_brand("Fernhill Ltd", FERNHILL)
    make_brand("Tidewater", TIDEWATER)
    sign_in(page, admin)
    page.goto(desk.address(LIST))
    return page


def upload(page, desk, name, content):
    page.goto(desk.address(LIST))
    page.get_by_role("link", name="Import", exact=True).click()
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content.encode()}
    )
    page.get_by_role("button", name="Upload and check").click()


def confirm(page):
    page.get_by_role("button", name="Confirm import").click()
    expect(page.locator("#import-state")).to_contain_text("Everything was imported.")


def portal(page, desk, host):
    """The headings of the feed sections with the titles of their articles."""
    page.goto(desk.address("/", host=host))
    return {
        section.locator("h2").inner_text(): [
            title.split("\xa0")[0] for title in section.locator("h3").all_inner_texts()
        ]
        for section in page.locator("section.feed").all()
    }


def test_it_brings_feeds_from_files_to_the_portals_of_two_brands(desk, administrator, publisher):
    page = administrator
    upload(
        page,
        desk,
        "feeds.csv",
        "name,url,brands\n"
        f"Journal,{publisher.url('/journal')},Fernhill Ltd\n"
        f"Status,{publisher.url('/status')},Fernhill Ltd|Tidewater\n",
    )
    preview = page.get_by_role("region", name="Preview")
    expect(preview.get_by_role("row", name="Journal")).to_contain_text("New")
    expect(preview.get_by_role("row", name="Status")).to_contain_text(publisher.url("/status"))
    expect(page.locator("#import-state")).to_contain_text("Nothing is stored yet.")
    assert not ExternalFeed.objects.exists()
    confirm(page)
    upload(page, desk, "reader.opml", OPML.format(tides=publisher.url("/tides"), weather=publisher.url("/weather")))
    expect(page.get_by_role("region", name="Preview").get_by_role("row", name="Tides")).to_contain_text("Tidewater")
    confirm(page)
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("#result_list a.desk-name")).to_have_text(["Journal", "Status", "Tides", "Weather"])
    assert refresh_due_feeds() == 4
    page.reload()
    expect(page.locator("#result_list").get_by_text("Healthy", exact=True)).to_have_count(4)
    for place in (3, 2, 1):
        page.get_by_role("button", name="Move Weather up").click()
        expect(page.locator("#move-status")).to_have_text(f"“Weather” is now number {place} of 4.")
    weather, status = ["weather one", "weather two"], ["status one", "status two"]
    own = {"Journal": ["journal one", "journal two"], "Tides": ["tides one", "tides two"]}
    first, second = portal(page, desk, FERNHILL), portal(page, desk, TIDEWATER)
    assert list(first.items()) == [("Weather", weather), ("Journal", own["Journal"]), ("Status", status)]
    assert list(second.items()) == [("Weather", weather), ("Status", status), ("Tides", own["Tides"])]


def test_it_names_the_row_that_is_wrong_and_stores_nothing(desk, administrator):
    page = administrator
    upload(
        page,
        desk,
        "feeds.csv",
        "name,url,brands\nGood,https://example.com/feed,\nBad,not an address,\nOdd,https://example.com/odd,Nobody\n",
    )
    errors = page.get_by_role("region", name="What has to be corrected").get_by_role("row")
    expect(errors).to_have_count(3)
    expect(errors.nth(1)).to_contain_text("3url")
    expect(errors.nth(2)).to_contain_text("4brandsThere is no brand called “Nobody”.")
    expect(page.get_by_role("button", name="Confirm import")).to_have_count(0)
    assert not ExternalFeed.objects.exists()
    assert BulkImport.objects.get().state == BulkImport.State.FAILED
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the errors as CSV").click()
    assert "There is no brand called “Nobody”." in download.value.path().read_text(encoding="utf-8-sig")
    page.get_by_role("link", name="Upload the corrected file").click()
    expect(page.get_by_role("button", name="Upload and check")).to_be_visible()
