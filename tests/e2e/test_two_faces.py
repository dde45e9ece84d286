"""From the portal to the management interface and back, as a person walks it."""

import pytest
from django.utils.http import urlencode
from playwright.sync_api import expect

from apps.accounts.models import User
from apps.brands.models import Installation
from tests.conftest import PASSWORD

CONFIRM = "Open the management interface"


@pytest.fixture
def ada(admin):
    User.objects.filter(pk=admin.pk).update(display_name="Ada Lovelace")
    admin.refresh_from_db()
    return admin


def sign_in_by_form(page, desk, name):
    page.goto(desk.address("/login/"))
    page.get_by_label("User name or e-mail address").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(desk.address("/"))


def portal_menu(page):
    return page.get_by_role("navigation", name="Account").locator("summary")


def management_menu(page):
    return page.get_by_role("button", name="Ada Lovelace")


def management_link(page):
    return page.get_by_role("navigation", name="Account").get_by_role("link", name="Management Interface")


def open_management(page):
    portal_menu(page).click()
    management_link(page).click()


def is_upper_right(page, element):
    box = element.bounding_box()
    return box["y"] < 100 and box["x"] + box["width"] > 0.8 * page.viewport_size["width"]


def confirm_password(page):
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name=CONFIRM).click()


@pytest.mark.parametrize("name", ["admin", "ADMIN@example.com"])
def test_it_leads_staff_from_the_portal_to_the_management_interface_and_back(desk, page, ada, name):
    sign_in_by_form(page, desk, name)
    expect(portal_menu(page)).to_have_text("Ada Lovelace")
    assert is_upper_right(page, portal_menu(page))
    open_management(page)
    expect(page.get_by_role("heading", name="Confirm your password")).to_be_visible()
    confirm_password(page)
    expect(page).to_have_url(desk.address("/management/"))
    assert is_upper_right(page, management_menu(page))
    management_menu(page).click()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Portal", exact=False).filter(has_text="opens in a new window").click()
    expect(opened.value).to_have_url(desk.address("/"))
    assert opened.value.evaluate("window.opener") is None
    expect(portal_menu(opened.value)).to_have_text("Ada Lovelace")
    open_management(opened.value)  # confirmed once a session
    expect(opened.value).to_have_url(desk.address("/management/"))


def test_it_refuses_a_wrong_password_and_keeps_the_portal_open(desk, page, sign_in, ada):
    sign_in_by_form(page, desk, "admin")
    page.goto(desk.address("/management/feeds/externalfeed/"))
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name=CONFIRM).click()
    expect(page.get_by_role("alert")).to_contain_text("This is not the password of the account.")
    confirm_password(page)
    expect(page).to_have_url(desk.address("/management/feeds/externalfeed/"))


def test_it_refuses_customers_with_a_way_back(desk, page, console, carol):
    console.expect("403")
    sign_in_by_form(page, desk, "carol")
    portal_menu(page).click()
    expect(page.get_by_role("link", name="My account")).to_be_visible()
    expect(page.get_by_role("link", name="Management Interface")).to_have_count(0)
    page.goto(desk.address("/management/"))
    expect(page.get_by_role("heading", name="Not for this account")).to_be_visible()
    page.get_by_role("link", name="Go to the portal").click()
    expect(page).to_have_url(desk.address("/"))
    expect(portal_menu(page)).to_have_text("Carol")


def test_it_asks_once_where_the_installation_has_one_sign_in(desk, page, ada):
    installation = Installation.load()
    installation.simultaneous_login = True
    installation.save()
    sign_in_by_form(page, desk, "admin")
    open_management(page)
    expect(page).to_have_url(desk.address("/management/"))


@pytest.mark.parametrize("address", ["/management/Root.ASPX", "/Management/root.aspx", "/Login.aspx"])
def test_it_keeps_the_page_that_an_old_address_names(desk, page, ada, address):
    page.goto(desk.address(f"{address}?{urlencode({'next': '/management/brands/customlink/'})}"))
    page.get_by_label("User name or e-mail address").fill("admin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(desk.address("/management/brands/customlink/"))


def test_it_signs_out_of_both_faces(desk, page, sign_in, ada):
    sign_in(page, ada)
    page.goto(desk.address("/"))
    portal_menu(page).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    page.goto(desk.address("/management/"))
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    sign_in(page, ada)
    page.goto(desk.address("/management/"))
    management_menu(page).click()
    page.get_by_role("button", name="Log out").click()
    page.goto(desk.address("/"))
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_it_needs_nothing_but_the_keyboard(desk, page, ada):
    page.goto(desk.address("/login/"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    for text in ("admin", PASSWORD):
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page).to_have_url(desk.address("/#main"))  # browsers carry the place in the page along
    menu, item = portal_menu(page), management_link(page)
    tab_to(page, menu, most=20)
    page.keyboard.press("Enter")
    expect(item).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("navigation", name="Account").get_by_role("link", name="My tickets")).to_be_focused()
    page.keyboard.press("Escape")
    expect(item).to_be_hidden()
    expect(menu).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, item)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(desk.address("/management/"))
    tab_to(page, management_menu(page), most=60)
    page.keyboard.press("Enter")
    portal = page.get_by_role("link", name="Portal").filter(has_text="new window")
    expect(portal).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(portal).to_be_hidden()
    expect(management_menu(page)).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, portal)
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    expect(opened.value).to_have_url(desk.address("/"))


def tab_to(page, element, most=12):
    """Press Tab until the element has the focus."""
    for _ in range(most):
        if element.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    expect(element).to_be_focused()
