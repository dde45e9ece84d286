"""The bell: told, seen, opened, read."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.accounts.roles import Role
from apps.brands.models import Brand
from apps.notifications import registry
from apps.notifications.models import Notification
from apps.notifications.services import notify
from tests.conftest import make_user
from tests.notifications.conftest import FELL, RIPE, SOLD

PHONE, DESKTOP = {"width": 360, "height": 800}, {"width": 1280, "height": 800}
LONG = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerk"


@pytest.fixture
def people(desk, monkeypatch):
    monkeypatch.setattr(registry, "KINDS", {kind.name: kind for kind in (RIPE, FELL, SOLD)})
    Brand.objects.create(name="Fernhill", is_default=True)
    return make_user("alice", Role.AGENT), make_user("carol", display_name=f"Carol {LONG}")


def tell(*people, apple="Boskoop", **changes):
    data = {"person": "Eve", "apple": apple}
    notify(**{"people": people, "kind": "apple_ripe", "data": data, "path": "/account/", **changes})


def bell(page):
    return page.get_by_role("link", name="Notifications, ")


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_it_tells_an_agent_who_opens_it(desk, page, people, sign_in, assert_accessible):
    alice, _carol = people
    tell(alice, apple="Elstar", path="/management/notifications/settings/")
    tell(alice, apple=LONG, group="tree-1")
    tell(alice, apple=LONG, group="tree-1")
    sign_in(page, alice)
    page.goto(desk.address("/management/"))
    expect(bell(page)).to_have_accessible_name("Notifications, 2 unread notifications")
    expect(page).to_have_title("(2) Overview | Deskbridge")
    bell(page).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("listitem").filter(has_text=LONG)).to_contain_text("2×")
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        assert_accessible(page)
        assert fits(page)
    page.evaluate("document.documentElement.classList.add('dark')")
    assert_accessible(page)
    page.get_by_role("link", name="Elstar").click()
    page.wait_for_url("**/management/notifications/settings/")
    expect(bell(page)).to_have_accessible_name("Notifications, 1 unread notification")
    page.get_by_role("checkbox", name="An apple is ripe On this site").uncheck()
    assert_accessible(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your changes are saved.")).to_be_visible()
    page.get_by_role("link", name="Back to the notifications").click()
    page.get_by_role("button", name="Mark all as read").click()
    expect(bell(page)).to_have_accessible_name("Notifications, No unread notifications")
    expect(page).to_have_title("Notifications | Deskbridge")
    tell(alice)
    assert Notification.objects.filter(person=alice).count() == 2


def test_it_tells_a_page_that_stays_open(desk, page, people, sign_in):
    alice, _carol = people
    sign_in(page, alice)
    page.clock.install()
    page.goto(desk.address("/management/"))
    expect(page).to_have_title("Overview | Deskbridge")
    tell(alice)
    with page.expect_response("**/notifications/count/"):
        page.clock.fast_forward(46_000)
    expect(page).to_have_title("(1) Overview | Deskbridge")
    expect(bell(page)).to_have_accessible_name("Notifications, 1 unread notification")
    expect(page.locator("[data-bell-status]")).to_have_text("1 unread notification")
    Notification.objects.update(read_at=timezone.now())
    with page.expect_response("**/notifications/count/"):
        page.clock.fast_forward(46_000)
    expect(page).to_have_title("Overview | Deskbridge")
    expect(page.locator("[data-bell-number]")).to_be_hidden()


def test_it_stops_asking_once_signed_out_and_asks_less_in_trouble(desk, page, people, sign_in, console):
    alice, _carol = people
    asked, address = [], desk.address("/management/notifications/count/")
    page.on("request", lambda request: asked.append(address) if request.url == address else None)
    sign_in(page, alice)
    page.clock.install()
    page.goto(desk.address("/management/"))
    console.expect("503")
    page.route("**/notifications/count/", lambda route: route.fulfill(status=503))
    with page.expect_response("**/notifications/count/"):
        page.clock.fast_forward(46_000)
    page.unroute("**/notifications/count/")
    page.wait_for_timeout(200)
    page.clock.fast_forward(46_000)
    assert len(asked) == 1
    page.context.clear_cookies()
    with page.expect_response("**/notifications/count/"):
        page.clock.fast_forward(46_000)
    page.wait_for_timeout(200)
    page.clock.fast_forward(3_600_000)
    page.wait_for_timeout(200)
    assert len(asked) == 2


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_it_tells_a_customer(desk, page, people, sign_in, assert_accessible, size):
    _alice, carol = people
    tell(carol, apple="Elstar")
    tell(carol, apple=LONG, kind="apple_sold")
    page.set_viewport_size(size)
    sign_in(page, carol)
    page.goto(desk.address("/"))
    assert fits(page)
    bell(page).click()
    page.wait_for_url("**/notifications/")
    for colours in ("light", "dark"):
        page.emulate_media(color_scheme=colours)
        assert_accessible(page)
    assert fits(page)
    page.get_by_role("link", name="Elstar").click()
    page.wait_for_url("**/account/")
    expect(bell(page)).to_have_accessible_name("Notifications, 1 unread notification")
    page.get_by_role("link", name="Choose what I am told about").click()
    box = page.get_by_role("checkbox", name="An apple is sold On this site")
    box.focus()
    page.keyboard.press("Space")
    assert_accessible(page)
    assert fits(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your changes are saved.")).to_be_visible()
    expect(box).not_to_be_checked()
