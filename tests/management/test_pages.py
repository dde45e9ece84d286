"""Walks every page of the management interface."""

import pytest
import reversion
from django.contrib import admin as django_admin
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django_rq.models import Dashboard

from apps.accounts.models import Department, Membership
from apps.brands.models import BrandHost, CustomLink, Installation
from apps.connected_services.models import ConnectedServices
from apps.connections.models import SmarterTrackConnection
from apps.feeds.models import ExternalFeed
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db
ADMINS = {model._meta.label: model_admin for model, model_admin in django_admin.site._registry.items()}
LABELS = sorted(label for label in ADMINS if label != Dashboard._meta.label)
OPEN_TO_STAFF = {"core.BulkImport"}  # everybody sees the own imports there
PLAIN_LINKS = {"open_portal", "set_password"}
READ_BY_TEMPLATES = {"media", "conditional_fields"}  # Unfold reads them where they are there


@pytest.fixture
def rows(alice, carol, brand):
    """A row of every model."""
    with reversion.create_revision():
        department = Department.objects.create(name="Billing")
        Membership.objects.create(user=alice, department=department)
        BrandHost.objects.create(brand=brand, name="support.example.com")
        link = CustomLink.objects.create(title="Status", url="https://status.example.com/")
        feed = ExternalFeed.objects.create(name="News", url="https://example.com/feed.xml")
        connection = SmarterTrackConnection.objects.create(
            name="Sister", base_url="https://help.example.org", admin_username="root", admin_password="hunter2"
        )
        for row in (department, link, feed, connection, brand):
            reversion.add_to_revision(row)
    Installation.load()
    ConnectedServices.load()


def addresses(label):
    """The addresses of a model's pages, those of its first row among them."""
    model_admin = ADMINS[label]
    opts = model_admin.opts
    name = f"admin:{opts.app_label}_{opts.model_name}"
    yield reverse(f"{name}_changelist")
    yield reverse(f"{name}_add")
    row = model_admin.model._default_manager.first()
    if row is not None:
        yield from (reverse(f"{name}_{page}", args=[row.pk]) for page in ("change", "history", "delete"))
    try:
        yield reverse(f"{name}_recoverlist")
    except NoReverseMatch:
        return


def may_view(user, label):
    opts = ADMINS[label].opts
    return label in OPEN_TO_STAFF or user.has_perm(f"{opts.app_label}.view_{opts.model_name}")


def may_read(user, label, address):
    """Whether a page of the model is open to somebody who is no administrator."""
    if address.endswith("/add/"):
        opts = ADMINS[label].opts
        return user.has_perm(f"{opts.app_label}.add_{opts.model_name}")
    return may_view(user, label) and not address.endswith(("/delete/", "/recover/"))


def may_be_missing(model_admin, address, request):
    """Pages that are closed on purpose: adding and deleting where the admin says nobody may."""
    kind = address.rstrip("/").rsplit("/", 1)[-1]
    allowed = {
        "add": lambda: model_admin.has_add_permission(request),
        "recover": lambda: model_admin.has_add_permission(request),
        "delete": lambda: model_admin.has_delete_permission(request, model_admin.model._default_manager.first()),
    }
    return kind in allowed and not allowed[kind]()


@pytest.mark.parametrize("label", LABELS)
def test_it_opens_every_page_for_administrators(admin, rows, rf, label):
    client = signed_in(admin)
    request = rf.get("/")
    request.user = admin
    for address in addresses(label):
        expected = 403 if may_be_missing(ADMINS[label], address, request) else 200
        assert client.get(address).status_code == expected, address


@pytest.mark.parametrize("label", LABELS)
def test_it_closes_every_page_to_everybody_else(alice, carol, rows, label):
    for address in addresses(label):
        assert Client().get(address).status_code == 302, address
        assert signed_in(carol).get(address).status_code == 403, address
        answer = signed_in(alice).get(address)
        assert answer.status_code == (200 if may_read(alice, label, address) else 403), address


@pytest.mark.parametrize("label", LABELS)
def test_it_lets_managers_look_at_what_they_may_view_only(manager, rows, label):
    client = signed_in(manager)
    for address in addresses(label):
        expected = {200, 302} if may_read(manager, label, address) else {403}
        assert client.get(address).status_code in expected, address
        if "/change/" in address:
            answer = client.post(address, {"name": "Changed"})
            assert answer.status_code == 403 or answer["Location"] == "/management/", address


def test_it_refuses_strangers_what_is_not_a_model_page(alice, carol, rows, admin):
    for address in ("/management/", "/management/health/", "/management/search/?s=a", "/management/password_change/"):
        assert Client().get(address).status_code == 302
        assert signed_in(carol).get(address).status_code == 403
        assert signed_in(admin).get(address).status_code == 200
    assert signed_in(alice).get("/management/health/").status_code == 403


def own_options(cls):
    return {name for name in vars(cls) if not name.startswith("_") and not callable(getattr(cls, name))}


@pytest.mark.parametrize("label", LABELS)
def test_it_spells_every_option_right(label):
    model_admin = ADMINS[label]
    for top in (type(model_admin), *model_admin.inlines):
        ours = [cls for cls in top.__mro__ if cls.__module__.startswith("apps.")]
        theirs = {name for cls in top.__mro__ if cls not in ours for name in vars(cls)} | READ_BY_TEMPLATES
        unknown = {(cls.__name__, name) for cls in ours for name in own_options(cls) - theirs if not name.isupper()}
        assert not unknown


@pytest.mark.parametrize("label", LABELS)
def test_it_changes_nothing_on_a_plain_link(label):
    model_admin = ADMINS[label]
    for kind in ("actions_list", "actions_row", "actions_detail"):
        for name in getattr(model_admin, kind):
            method = getattr(model_admin, name)
            assert getattr(method, "dialog", None) or name in PLAIN_LINKS, name
