"""Rows that no form made can be brought back too, as they were before their first change."""

import pytest
from reversion.models import Version

from apps.accounts.models import Department
from apps.brands.models import Brand, BrandHost, CustomLink, Installation
from apps.feeds.models import ExternalFeed
from project import demo
from tests.portal.builders import make_feed

pytestmark = pytest.mark.django_db
FEEDS = "/management/feeds/externalfeed/"
BRANDS = "/management/brands/brand/"


@pytest.fixture
def oakdale():
    brand = Brand.objects.create(name="Oakdale")
    BrandHost.objects.create(brand=brand, name="oakdale.example")
    return brand


@pytest.fixture
def feeds(brand, oakdale):
    return [make_feed(name, brands=[brand, oakdale]) for name in ("Journal", "Status")]


def fields_of(page):
    """What the browser would send of the form that a page shows."""
    form = page.context["adminform"].form
    values = {bound.html_name: bound.value() for bound in form}
    for formset in (inline.formset for inline in page.context["inline_admin_formsets"]):
        for part in [formset.management_form, *formset.initial_forms]:
            values |= {bound.html_name: bound.value() for bound in part}
    return {name: value for name, value in values.items() if str(value) not in ("", "None", "False")}


def first(row_or_pk, model):
    return Version.objects.get_for_object_reference(model, row_or_pk).order_by("pk")[0]


def recover(client, page, model, pk):
    address = f"{page}recover/{first(pk, model).pk}/"
    assert address in client.get(f"{page}recover/").text
    assert client.post(address, fields_of(client.get(address))).status_code == 302


def delete_one(client, page, rows):
    for row in rows:
        client.post(f"{page}{row.pk}/delete/", {"post": "yes"})


def delete_many(client, page, rows):
    chosen = [row.pk for row in rows]
    client.post(page, {"action": "delete_selected", "_selected_action": chosen, "post": "yes"})


@pytest.mark.parametrize("delete", [delete_one, delete_many])
def test_it_recovers_a_feed_with_its_brands_and_no_other_feed(admin_client, feeds, brand, oakdale, delete):
    pk = feeds[0].pk
    delete(admin_client, FEEDS, feeds)
    assert not ExternalFeed.objects.exists()
    recover(admin_client, FEEDS, ExternalFeed, pk)
    feed = ExternalFeed.objects.get()
    assert feed.name == "Journal"
    assert set(feed.brands.all()) == {brand, oakdale}


@pytest.mark.parametrize("delete", [delete_one, delete_many])
def test_it_recovers_a_brand_with_its_host_names(admin_client, oakdale, delete):
    delete(admin_client, BRANDS, [oakdale])
    assert not BrandHost.objects.exists()
    recover(admin_client, BRANDS, Brand, oakdale.pk)
    assert [host.brand.name for host in BrandHost.objects.filter(name="oakdale.example")] == ["Oakdale"]


def test_it_keeps_a_row_as_it_was_before_its_first_change_only(admin_client, oakdale):
    address = f"{BRANDS}{oakdale.pk}/change/"
    for name in ("Oak", "Oakland"):
        values = fields_of(admin_client.get(address)) | {"name": name, "hosts-0-DELETE": "on"}
        assert admin_client.post(address, values).status_code == 302
    versions = Version.objects.get_for_object(oakdale).order_by("pk")
    assert [version.field_dict["name"] for version in versions] == ["Oakdale", "Oak", "Oakland"]
    assert versions[0].revision.comment == "As it was before"
    address = f"{BRANDS}{oakdale.pk}/history/{versions[0].pk}/"
    assert admin_client.post(address, fields_of(admin_client.get(address))).status_code == 302
    oakdale.refresh_from_db()
    assert (oakdale.name, oakdale.hosts.get().name) == ("Oakdale", "oakdale.example")


def test_it_reverts_the_first_change_of_the_installation(admin_client):
    page, name = "/management/brands/installation/", Installation.load().name
    admin_client.post(page, {"name": "My desk"})
    address = f"{page}1/history/{first(1, Installation).pk}/"
    assert admin_client.post(address, fields_of(admin_client.get(address))).status_code == 302
    assert Installation.load().name == name


def test_it_keeps_a_version_of_each_row_of_the_demo():
    demo.load(password="open-sesame", base_url="http://127.0.0.1:8123")
    for model in (Brand, CustomLink, ExternalFeed, Department):
        for row in model.objects.all():
            version = Version.objects.get_for_object(row).get()
            assert version.revision.comment == "Demo data"
            assert version.revision.version_set.filter(content_type=version.content_type).count() == 1
