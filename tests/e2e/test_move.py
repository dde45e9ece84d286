"""The Move column of External Feeds and Custom links, and the order that customers then see."""

import pytest
from django.contrib import admin as django_admin
from django.db.models import F, Value
from django.db.models.functions import Concat
from playwright.sync_api import expect

from apps.brands.models import CustomLink
from apps.feeds.models import ExternalFeed
from tests.portal.builders import make_feed, make_link

FEEDS = "/management/feeds/externalfeed/"
LINKS = "/management/brands/customlink/"
PHONE = {"viewport": {"width": 360, "height": 800}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def feeds(admin):
    return [make_feed(name, articles=1) for name in "abcde"]


@pytest.fixture
def feed_list(desk, page, sign_in, admin, feeds):
    sign_in(page, admin)
    page.goto(desk.address(FEEDS))
    return page


def saved():
    assert list(ExternalFeed.objects.values_list("position", flat=True)) == [1, 2, 3, 4, 5]
    return "".join(ExternalFeed.objects.values_list("name", flat=True))


def shown(page):
    return "".join(page.locator("#result_list a.desk-name").all_inner_texts())


def on_the_portal(page, desk):
    page.goto(desk.address("/"))
    return "".join(page.locator("section.feed > h2").all_inner_texts())


def button(page, name, direction):
    return page.get_by_role("button", name=f"Move {name} {direction}", exact=True)


def wait_for(page, name, place, count=5):
    expect(page.locator("#move-status")).to_have_text(f"“{name}” is now number {place} of {count}.")


def handle_of(page, name):
    return page.locator("[data-move-row]", has=button(page, name, "up")).locator("[data-move-handle]")


def way(page, name, to, *, below=False):
    """Where to press and where to let go to drag a row above (or below) another."""
    start = handle_of(page, name).bounding_box()
    row = page.locator("#result_list tbody", has=button(page, to, "up")).bounding_box()
    x = start["x"] + start["width"] / 2
    return (x, start["y"] + start["height"] / 2), (x, row["y"] + (row["height"] - 4 if below else 4))


def drag(page, name, to, *, below=False):
    start, end = way(page, name, to, below=below)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=5)
    page.mouse.up()


def swipe(page, name, to, *, below=False):
    """Drag with a finger: real touch events, from which the browser makes its pointer events."""
    (x, y), (_x, end) = way(page, name, to, below=below)
    finger = page.context.new_cdp_session(page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 9):
        point = {"x": x, "y": y + (end - y) * step / 8}
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_it_moves_with_the_keyboard_and_the_focus_goes_along(desk, feed_list):
    button(feed_list, "c", "up").focus()
    feed_list.keyboard.press("Enter")
    wait_for(feed_list, "c", 2)
    expect(button(feed_list, "c", "up")).to_be_focused()
    feed_list.keyboard.press("Enter")
    wait_for(feed_list, "c", 1)
    expect(button(feed_list, "c", "up")).to_be_focused()
    feed_list.keyboard.press("Tab")
    expect(button(feed_list, "c", "down")).to_be_focused()
    feed_list.keyboard.press("Space")
    wait_for(feed_list, "c", 2)
    expect(button(feed_list, "c", "down")).to_be_focused()
    assert shown(feed_list) == saved() == on_the_portal(feed_list, desk) == "acbde"


def test_it_moves_by_clicks_and_by_dragging(desk, feed_list):
    button(feed_list, "a", "down").click()
    wait_for(feed_list, "a", 2)
    button(feed_list, "e", "up").click()
    wait_for(feed_list, "e", 4)
    assert shown(feed_list) == saved() == "baced"
    drag(feed_list, "d", "b")
    wait_for(feed_list, "d", 1)
    assert shown(feed_list) == saved() == "dbace"
    drag(feed_list, "b", "e", below=True)
    wait_for(feed_list, "b", 5)
    assert shown(feed_list) == saved() == "daceb"
    feed_list.reload()
    assert shown(feed_list) == on_the_portal(feed_list, desk) == "daceb"


def test_it_moves_by_touch_on_a_phone(desk, new_context, sign_in, admin, feeds):
    page = new_context(**PHONE).new_page()
    sign_in(page, admin)
    page.goto(desk.address(FEEDS))
    button(page, "b", "up").tap()
    wait_for(page, "b", 1)
    handle_of(page, "b").scroll_into_view_if_needed()
    swipe(page, "b", "a", below=True)
    wait_for(page, "b", 2)
    swipe(page, "b", "a")
    wait_for(page, "b", 1)
    assert shown(page) == saved() == on_the_portal(page, desk) == "bacde"


def test_it_moves_past_the_neighbour_that_a_search_shows(desk, feed_list):
    for name in "bd":
        ExternalFeed.objects.filter(name=name).update(name=f"{name.upper()} is hidden")
    ExternalFeed.objects.exclude(name__contains="hidden").update(url=Concat(F("url"), Value("#shown")))
    feed_list.get_by_role("main").get_by_placeholder("Type to search").fill("shown")
    feed_list.keyboard.press("Enter")
    expect(feed_list.locator("#result_list a.desk-name")).to_have_text(["a", "c", "e"])
    button(feed_list, "e", "up").click()
    wait_for(feed_list, "e", 3)
    assert shown(feed_list) == "aec"
    drag(feed_list, "c", "a")
    wait_for(feed_list, "c", 1)
    assert shown(feed_list) == "cae"
    assert "".join(name[0] for name in ExternalFeed.objects.values_list("name", flat=True)) == "caBeD"


def test_it_moves_over_the_border_of_a_page(desk, feed_list, monkeypatch):
    monkeypatch.setattr(django_admin.site.get_model_admin(ExternalFeed), "list_per_page", 2)
    feed_list.reload()
    assert shown(feed_list) == "ab"
    button(feed_list, "b", "down").focus()
    feed_list.keyboard.press("Enter")
    wait_for(feed_list, "b", 3)
    assert shown(feed_list) == "ac"
    expect(button(feed_list, "c", "down")).to_be_focused()  # the row that took the place
    feed_list.goto(desk.address(f"{FEEDS}?p=2"))
    assert shown(feed_list) == "bd"
    button(feed_list, "b", "up").click()
    wait_for(feed_list, "b", 2)
    assert shown(feed_list) == "cd"
    assert saved() == "abcde"


def test_it_orders_the_buttons_of_the_portal_too(desk, page, sign_in, admin):
    for title in "xyz":
        make_link(title)
    sign_in(page, admin)
    page.goto(desk.address(LINKS))
    button(page, "z", "up").focus()
    page.keyboard.press("Enter")
    wait_for(page, "z", 2, count=3)
    expect(button(page, "z", "up")).to_be_focused()
    drag(page, "y", "x")
    wait_for(page, "y", 1, count=3)
    assert "".join(CustomLink.objects.values_list("title", flat=True)) == "yxz"
    page.goto(desk.address("/"))
    buttons = page.get_by_role("navigation", name="Where to go").get_by_role("link").all_inner_texts()
    assert buttons[-3:] == ["y", "x", "z"]
