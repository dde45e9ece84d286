"""Every page made so far, looked at with axe in light and dark, and for what sticks out of a phone's screen."""

import pytest
import reversion
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from reversion.models import Version

from apps.accounts.models import Department, Membership
from apps.brands.models import BrandHost
from apps.connected_services.translation.services import reset_statistics, usage
from apps.connections.models import SmarterTrackConnection
from apps.core.jobs import defer
from apps.core.models import BulkImport
from apps.feeds.models import ExternalFeed, FeedState
from tests.conftest import make_user, signed_in
from tests.importing.conftest import FEEDS, confirm, upload
from tests.portal.builders import make_feed, make_link

# (rule, part of the element's selector): why it is left as it is.
ACCEPTED: dict[tuple[str, str], str] = {}
COLOUR_RULES = ("color-contrast", "link-in-text-block")
LONG = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerk"
PHONE, DESKTOP = {"width": 360, "height": 800}, {"width": 1280, "height": 800}
IS_MANAGEMENT = "document.documentElement.classList.contains('dark') || !!document.querySelector('[x-data]')"

pytestmark = pytest.mark.django_db


def findings(page, rules=()):
    """What axe finds wrong with the page as it is now: (rule, selector, what it says)."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    page.evaluate("document.getAnimations().forEach((animation) => animation.finish())")
    only = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
    result = page.evaluate("(options) => axe.run(document, options)", {"resultTypes": ["violations"], **only})
    for violation in result["violations"]:
        for node in violation["nodes"]:
            selector = " ".join(map(str, node["target"]))
            if not any(rule == violation["id"] and part in selector for rule, part in ACCEPTED):
                said = "; ".join(check["message"] for check in node["any"] + node["all"] + node["none"])
                yield violation["id"], selector, f"{node['html'][:160]} – {said[:240]}"


def show(page, brightness):
    """Show the page in light or dark, without loading it again."""
    page.emulate_media(color_scheme=brightness)
    if page.evaluate(IS_MANAGEMENT):
        page.evaluate("(dark) => document.documentElement.classList.toggle('dark', dark)", brightness == "dark")


def sticks_out(page):
    """Whether the page is wider than its window, once it has had two seconds to fit itself into a new one."""
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    for _ in range(20):
        if not page.evaluate(wide):
            return False
        page.wait_for_timeout(100)
    return True


@pytest.fixture
def assert_readable(desk, page, console):
    """`assert_readable(addresses)` fails with everything that is wrong on any of these pages."""

    def look(addresses, at=page, on_phone=()):
        wrong = []
        for address in addresses:
            at.set_viewport_size(DESKTOP)
            response = at.goto(desk.address(address))
            if response.status >= 400:
                console.expect(str(response.status))
            assert response.status < 500, address
            wrong += check(at, address)
            at.set_viewport_size(PHONE)
            if sticks_out(at):
                wrong.append((address, "sticks out at 360 px"))
            if address in on_phone:
                wrong += check(at, f"{address} at 360 px", "dark", "light")
        assert not wrong, "\n\n".join("\n  ".join(part) for part in wrong)

    return look


def check(page, address, first="light", then="dark"):
    """Everything in one brightness, and what depends on colours in the other."""
    for brightness, rules in ((first, ()), (then, COLOUR_RULES)):
        show(page, brightness)
        for finding in findings(page, rules):
            yield (f"{address} ({brightness})", *finding)


@pytest.fixture
def filled(admin, alice, carol, brand):
    """A desk with rows of every kind, each with versions, some with problems."""
    with reversion.create_revision():
        department = Department.objects.create(name="Billing")
        Membership.objects.create(user=alice, department=department)
        BrandHost.objects.create(brand=brand, name="support.example.com")
        brand.announcement, brand.welcome_text = "Closed on Monday, see https://example.com/.", "How can we help?"
        brand.footer = "Fernhill Ltd, 1 Mill Lane. https://example.com/imprint"
        brand.save()
        link = make_link(f"Status {LONG}", description="Is everything up?", new_window=True)
        feed = make_feed("News", articles=3, show_image=True)
        connection = SmarterTrackConnection.objects.create(
            name="Sister", base_url="http://help.example.org", admin_username="root", admin_password="hunter2"
        )
        for row in (department, link, feed, connection, brand):
            reversion.add_to_revision(row)
    worse = {"failing": "timeout", "gone": "gone", "throttled": "http_status", "ok": ""}
    for number, (status, kind) in enumerate(worse.items()):
        make_feed(f"Feed {number} {LONG}", articles=number)
        FeedState.objects.filter(feed__name__startswith=f"Feed {number}").update(
            status=status,
            error_kind=kind,
            http_status=200,
            first_failure_at=timezone.now() if kind else None,
            last_attempt_at=timezone.now(),
            next_check_at=timezone.now(),
            moved_to="https://example.com/moved" if status == "failing" else "",
        )


@pytest.fixture
def staff(page, sign_in, admin, filled):
    """The administrator's page, signed in."""
    sign_in(page, admin)
    return page


def pages_of(name, row=None, *more):
    """The list of a model, its form to add, and the pages of one row."""
    for page in ("changelist", "add"):
        yield reverse(f"admin:{name}_{page}")
    if row is not None:
        yield from (reverse(f"admin:{name}_{page}", args=[row.pk]) for page in ("change", "history", "delete"))
    yield from (reverse(f"admin:{name}_{page}") for page in more)


def deleted(row):
    """Delete a row; the address at which it can be brought back."""
    label, version = row._meta.label_lower.replace(".", "_"), Version.objects.get_for_object(row).first()
    row.delete()
    return reverse(f"admin:{label}_recover", args=[version.pk])


def revision_of(row):
    version = Version.objects.get_for_object(row).first()
    return reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_revision", args=[row.pk, version.pk])


def test_it_lets_everybody_read_the_portal(desk, assert_readable, filled, carol):
    token = f"{urlsafe_base64_encode(force_bytes(carol.pk))}/{default_token_generator.make_token(carol)}"
    assert_readable(
        ["/", "/login/?next=/account/", "/register/", "/password/reset/", "/password/reset/sent/", "/nowhere/",
         f"/password/reset/{token}/", "/password/reset/MQ/x-y/"],
        on_phone=["/", "/register/"],
    )  # fmt: skip


def test_it_lets_everybody_read_their_account_and_forms_with_mistakes(
    desk, assert_readable, page, sign_in, filled, carol
):
    sign_in(page, carol)
    assert_readable(["/", "/account/", "/logout/", "/management/"], on_phone=["/account/", "/management/"])
    page.set_viewport_size(DESKTOP)
    page.goto(desk.address("/account/"))
    page.get_by_label("Current password").fill("wrong")
    page.get_by_role("button", name="Change password").click()
    page.get_by_role("alert").wait_for()
    assert list(check(page, "/account/ with mistakes")) == []
    page.locator("details.menu summary").click()
    assert list(check(page, "/account/ with its menu")) == []


def test_it_lets_everybody_read_an_empty_portal(desk, assert_readable, admin):
    assert_readable(["/"])


def test_it_lets_everybody_read_refusals(desk, assert_readable, page, console, filled, alice, sign_in):
    console.expect("403|429")
    sign_in(page, alice)
    assert_readable(["/management/feeds/externalfeed/", "/management/health/", "/management/"])
    page.context.clear_cookies()
    page.goto(desk.address("/login/"))
    page.get_by_label("User name or e-mail address").fill("alice")
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        Client().post("/login/", {"username": "alice", "password": "wrong"}, REMOTE_ADDR="127.0.0.1")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Please wait a moment").wait_for()
    assert list(check(page, "locked out")) == []
    assert not sticks_out(page)
    page.goto(desk.address("/register/"))
    page.context.clear_cookies()
    page.get_by_role("button", name="Create my account").click()
    page.get_by_role("heading", name="This form is out of date").wait_for()
    assert list(check(page, "old form")) == []


def test_it_lets_everybody_read_the_door_of_the_management_interface(desk, assert_readable, page, filled, admin):
    assert_readable(["/management/login/"], on_phone=["/management/login/"])
    page.get_by_label("User name or e-mail address").fill("admin")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()
    assert list(check(page, "a wrong password")) == []
    client = Client()
    client.force_login(admin)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": desk.address()}])
    assert_readable(["/management/"])  # asks to confirm the password


def test_it_lets_everybody_read_overview_and_menus(desk, assert_readable, staff):
    assert_readable(["/management/", "/management/password_change/"], on_phone=["/management/"])
    staff.set_viewport_size(DESKTOP)
    staff.locator(".account-opener").click()
    staff.locator("#account-items").wait_for()
    assert list(check(staff, "the account menu")) == []


def test_it_lets_everybody_read_the_feeds(desk, assert_readable, staff, console):
    console.expect("404")  # the list asks after a feed that the test has deleted
    feed = ExternalFeed.objects.get(name="News")
    failing = ExternalFeed.objects.get(state__status="failing")
    change = reverse("admin:feeds_externalfeed_change", args=[failing.pk])
    assert_readable(
        [*pages_of("feeds_externalfeed", feed), revision_of(feed), change, f"{FEEDS}?q=nothing", f"{FEEDS}?q=Feed"],
        on_phone=[FEEDS, change],
    )
    assert_readable([deleted(feed), reverse("admin:feeds_externalfeed_recoverlist")])
    ExternalFeed.objects.all().delete()
    assert_readable([FEEDS])


def test_it_lets_everybody_read_a_preview_of_a_feed(desk, assert_readable, staff):
    assert_readable([reverse("admin:feeds_externalfeed_add")])
    staff.set_viewport_size(DESKTOP)
    staff.get_by_role("textbox", name="Name").fill("Inner")
    staff.get_by_role("textbox", name="Address").fill("http://127.0.0.1:9/")
    staff.get_by_role("button", name="Preview").click()
    staff.locator("#address-preview .desk-problem").wait_for()
    assert list(check(staff, "a preview")) == []
    staff.get_by_role("button", name="Save", exact=True).click()
    staff.get_by_text("Nothing was saved.").first.wait_for()
    assert list(check(staff, "a form with mistakes")) == []


def test_it_lets_everybody_read_the_settings(desk, assert_readable, staff, admin):
    usage()
    reset_statistics(by=admin)
    address = "/management/connected_services/connectedservices/"
    assert_readable([f"{address}1/history/", address], on_phone=[address])
    staff.set_viewport_size(DESKTOP)
    staff.get_by_role("button", name="Test Settings").click()
    staff.locator(".desk-result").wait_for()
    assert list(check(staff, "a test's result")) == []
    staff.get_by_role("button", name="Reset Statistics").click()
    staff.get_by_role("dialog").wait_for()
    assert list(check(staff, "the question before a reset")) == []


def test_it_lets_everybody_read_the_connections(desk, assert_readable, staff):
    row = SmarterTrackConnection.objects.get()
    assert_readable([*pages_of("connections_smartertrackconnection", row)])
    assert_readable([deleted(row), "/management/connections/smartertrackconnection/"])


def test_it_lets_everybody_read_the_people(desk, assert_readable, staff, alice):
    assert_readable([
        *pages_of("accounts_user", alice),
        "/management/accounts/user/?role=staff",
        reverse("admin:accounts_user_set_password", args=[alice.pk]),
        *pages_of("accounts_department", Department.objects.get(), "recoverlist"),
    ])  # fmt: skip


def test_it_lets_everybody_read_roles_and_failed_sign_ins(desk, assert_readable, staff, alice):
    Client().post("/login/", {"username": "bob", "password": "wrong"})
    assert_readable([*pages_of("auth_group", alice.groups.get()), "/management/axes/accessattempt/"])


def test_it_lets_everybody_read_brands_and_links(desk, assert_readable, staff, brand):
    link = brand.customlink_set.model.objects.get()
    assert_readable(
        [*pages_of("brands_brand", brand), *pages_of("brands_customlink", link, "recoverlist"), revision_of(link)],
        on_phone=[reverse("admin:brands_customlink_changelist")],
    )
    assert_readable(["/management/brands/installation/"])


def test_it_lets_everybody_read_the_imports(desk, assert_readable, staff, admin):
    client = signed_in(admin)
    text = "name,url\nOne,https://example.com/one\nTwo,https://example.com/two\n"
    upload(client, FEEDS, text, "waiting.csv")
    upload(client, FEEDS, f"{text}Bad,nothing\n", f"{LONG}.csv")
    upload(client, FEEDS, text, "done.csv")
    confirm(client)
    addresses = [reverse("admin:core_bulkimport_change", args=[row.pk]) for row in BulkImport.objects.order_by("pk")]
    assert_readable(
        [f"{FEEDS}import/", f"{FEEDS}export/", "/management/core/bulkimport/", *addresses], on_phone=addresses[:2]
    )


def test_it_lets_everybody_read_jobs_and_health(desk, assert_readable, staff):
    defer("apps.feeds.tasks.refresh_feed", ExternalFeed.objects.first().pk)
    assert_readable(["/management/health/", reverse("admin:django_rq_dashboard_changelist")])


def test_it_lets_agents_read_their_first_page(desk, assert_readable, page, sign_in, alice):
    sign_in(page, alice)
    assert_readable(["/management/"])


def test_it_finds_what_nobody_could_read(desk, page, brand):
    make_user("nora")
    page.goto(desk.address("/login/"))
    page.evaluate("document.querySelector('label').remove()")
    assert {finding[0] for finding in findings(page)} == {"label"}
