"""The portal as customers use it: brands, languages, accounts, feeds; small, and talking to nobody else."""

import re
from urllib.parse import urlsplit

import pytest
from django.core import mail
from playwright.sync_api import expect

from apps.accounts.models import User
from tests.conftest import PASSWORD, make_user
from tests.portal.builders import make_brand, make_feed, make_link

NEW_PASSWORD = "a quiet horse in the rain"
FERNHILL, TIDEWATER = "fernhill.localhost", "tidewater.localhost"


@pytest.fixture
def brands(desk):
    """Two brands, each with a feed and a button of its own, and one of each for both."""
    fernhill = make_brand("Fernhill", FERNHILL, colour="#0b6e4f", is_default=True, announcement="Closed on Monday")
    tidewater = make_brand("Tidewater", TIDEWATER, colour="#8a1c5b", language="de", header_colour="#123456")
    for name, chosen in (("Journal", [fernhill]), ("Status", [tidewater]), ("World", [])):
        make_feed(name, articles=2, brands=chosen)
        make_link(f"{name} link", f"https://{name.lower()}.example.com", brands=chosen)
    return fernhill, tidewater


def sections(page):
    return page.locator("section.feed > h2").all_inner_texts()


def buttons(page):
    """The custom links, which come after those to the tickets."""
    assert page.locator(".cards a").first.get_attribute("href") == "/tickets/new/"
    return page.locator(".cards a:not([href^='/tickets/'])").all_inner_texts()


def brand_colour(page):
    return page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--brand').trim()")


def test_it_shows_each_brand_what_is_its_own(desk, page, brands):
    page.goto(desk.address("/", host=FERNHILL))
    assert sections(page) == ["Journal", "World"]
    assert buttons(page) == ["Journal link", "World link"]
    assert brand_colour(page) == "#0b6e4f"
    expect(page).to_have_title("Fernhill")
    expect(page.get_by_role("complementary", name="Announcement")).to_have_text("Closed on Monday")
    page.goto(desk.address("/", host=TIDEWATER))
    assert sections(page) == ["Status", "World"]
    assert buttons(page) == ["Status link", "World link"]
    assert brand_colour(page) == "#8a1c5b"
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("complementary")).to_have_count(0)
    background = page.locator("header.top").evaluate("element => getComputedStyle(element).backgroundColor")
    assert background == "rgb(18, 52, 86)"


def test_it_opens_articles_in_a_new_window_that_knows_nothing(desk, page, brands):
    page.goto(desk.address("/", host=FERNHILL))
    for link in page.locator("section.feed h3 a").all():
        expect(link).to_have_attribute("target", "_blank")
        assert {"noopener", "noreferrer"} <= set(link.get_attribute("rel").split())
        expect(link).to_have_accessible_name(re.compile(r"\(opens in a new window\)$"))
    page.context.route("https://example.com/**", lambda route: route.fulfill(body="The article"))
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Journal article 0").click()
    expect(opened.value.locator("body")).to_have_text("The article")
    assert opened.value.evaluate("[window.opener, document.referrer]") == [None, ""]
    expect(page).to_have_url(desk.address("/", host=FERNHILL))


def test_it_keeps_the_language_and_the_colours_that_were_chosen(desk, page, brands):
    page.goto(desk.address("/login/", host=FERNHILL))
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page).to_have_url(desk.address("/login/", host=FERNHILL))
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("[data-themes] button[value=dark]").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("[data-themes] button[value=dark]")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page.locator("[data-themes] button[value=auto]").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == light
    page.get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")


def test_it_registers_a_customer_who_is_signed_in_then_and_edits_the_account(desk, page, brands):
    page.goto(desk.address("/", host=FERNHILL))
    page.get_by_role("link", name="Register").click()
    fill = {
        "User name": "nora",
        "E-mail address": "nora@example.com",
        "Display name": "Nora N.",
        "Password": NEW_PASSWORD,
        "Password again": "something else",
    }
    for label, text in fill.items():
        field_of(page, label).fill(text)
    page.get_by_role("button", name="Create my account").click()
    expect(page.get_by_role("alert")).to_contain_text("The two passwords are not the same.")
    expect(field_of(page, "User name")).to_have_value("nora")  # what was typed is kept
    for label in ("Password", "Password again"):
        field_of(page, label).fill(NEW_PASSWORD)
    page.get_by_role("button", name="Create my account").click()
    expect(page).to_have_url(desk.address("/", host=FERNHILL))
    menu = page.get_by_role("navigation", name="Account").locator("summary")
    expect(menu).to_have_text("Nora N.")
    assert User.objects.get(username="nora").time_zone == page.evaluate(
        "Intl.DateTimeFormat().resolvedOptions().timeZone"
    )
    menu.click()
    page.get_by_role("link", name="My account").click()
    field_of(page, "Display name").fill("Nora Newname")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Your changes are saved.")
    expect(menu).to_have_text("Nora Newname")


def field_of(page, label):
    return page.get_by_label(re.compile(rf"^{label}( \(optional\))?$"))


def test_it_sets_a_new_password_by_mail(desk, page, brands, run_jobs):
    make_user("carol")
    page.goto(desk.address("/login/", host=FERNHILL))
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("User name or e-mail address").fill("carol@example.com")
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
    run_jobs()
    (message,) = mail.outbox
    assert message.to == ["carol@example.com"]
    page.goto(re.search(r"http://fernhill\.localhost:\S+", message.body)[0])
    page.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    page.get_by_label("New password again").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Save the new password").click()
    expect(page.get_by_role("status")).to_contain_text("Your new password is saved.")
    for password, text in ((PASSWORD, "do not fit together"), (NEW_PASSWORD, "Carol")):
        page.get_by_label("User name or e-mail address").fill("carol")
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("body")).to_contain_text(text)


def test_it_is_small_and_asks_no_other_host(desk, page, brands):
    for number in range(6):
        make_feed(f"Feed {number}", articles=5, show_image=True)
    traffic = page.context.new_cdp_session(page)
    traffic.send("Network.enable")
    hosts, sizes = set(), {}
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    traffic.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto(desk.address("/", host=FERNHILL), wait_until="networkidle")
    assert hosts == {urlsplit(desk.address(host=FERNHILL)).netloc}
    assert len(sizes) >= 3, "page, style, script and icons"
    assert sum(sizes.values()) < 100_000


@pytest.mark.parametrize("path", ["/", "/login/", "/register/", "/account/", "/nowhere/"])
def test_it_fits_a_phone_in_both_directions(desk, page, console, sign_in, brands, path):
    console.expect("404")
    make_feed("A name without any end " * 4, articles=1)
    make_link("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft")
    page.set_viewport_size({"width": 360, "height": 800})
    if path == "/account/":
        sign_in(page, make_user("nora", display_name="Wolfeschlegelsteinhausenbergerdorff the First"), host=FERNHILL)
    page.goto(desk.address(path, host=FERNHILL))
    assert overflow(page) == []
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert overflow(page) == []
    brand = page.get_by_role("banner").locator(".brand").bounding_box()
    assert brand["x"] + brand["width"] > 300  # mirrored: the brand begins at the right


def overflow(page):
    """What reaches beyond the window's sides; in right to left, what is left of it counts too."""
    return page.evaluate("""() => [...document.querySelectorAll("body *")]
        .filter((element) => element.checkVisibility() && !element.closest(".skip, .spoken"))
        .filter((element) => {
            const box = element.getBoundingClientRect();
            return box.width && (box.left < -1 || box.right > innerWidth + 1);
        }).map((element) => element.outerHTML.slice(0, 80))""")
