"""Files out: everything, what is filtered, what is ticked; chosen columns; and back in again."""

import csv
import io
import json

import pytest
import time_machine
from django.test import Client

from apps.accounts.roles import Role
from apps.brands.models import Brand, BrandHost, CustomLink
from apps.core.models import BulkImport
from apps.feeds.models import ExternalFeed
from tests.conftest import make_user, signed_in
from tests.importing.conftest import BRANDS, FEEDS, LINKS, confirm, export, upload

SUFFIXES = ["csv", "xlsx", "json"]


@pytest.fixture
def filled(admin_client: Client) -> Client:
    harbour = Brand.objects.create(
        name="=Harbour|Co", header_colour="#112233", welcome_text="Line\nand line", footer=""
    )
    BrandHost.objects.create(brand=harbour, name="b.example.com")
    BrandHost.objects.create(brand=harbour, name="a.example.com")
    for name in ("+49", "'quoted'", "plain", "@x"):
        link = CustomLink.objects.create(title=name, url=f"/kb/?q={name}", icon="book", audience="staff")
        link.brands.add(harbour)
        ExternalFeed.objects.create(name=name, url=f"https://example.com/{name}", is_active=name != "plain")
    return admin_client


def snapshot(model: type) -> list[dict[str, object]]:
    rows = []
    for row in model.objects.order_by("pk"):
        values = {
            f.name: getattr(row, f.name) for f in model._meta.fields if f.name not in {"id", "updated_at", "created_at"}
        }
        if hasattr(row, "brands"):
            values["brands"] = sorted(row.brands.values_list("name", flat=True))
        if hasattr(row, "hosts"):
            values["hosts"] = sorted(row.hosts.values_list("name", flat=True))
        rows.append(values)
    return rows


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize(("page", "model"), [(FEEDS, ExternalFeed), (LINKS, CustomLink), (BRANDS, Brand)])
def test_it_takes_its_own_export_for_unchanged(filled: Client, page: str, model: type, number: int) -> None:
    content = export(filled, page, number)
    upload(filled, page, content, f"f.{SUFFIXES[number]}")
    latest = BulkImport.objects.get()
    assert (latest.state, latest.errors) == (BulkImport.State.DONE, [])
    assert latest.unchanged_count == model.objects.count()


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize(("page", "model"), [(FEEDS, ExternalFeed), (LINKS, CustomLink), (BRANDS, Brand)])
def test_it_brings_everything_back_from_an_export(filled: Client, page: str, model: type, number: int) -> None:
    before = snapshot(model)
    content = export(filled, page, number)
    model.objects.all().delete() if model is not Brand else Brand.objects.filter(is_default=False).delete()
    upload(filled, page, content, f"f.{SUFFIXES[number]}")
    confirm(filled)
    assert BulkImport.objects.get().errors == []
    assert snapshot(model) == before


def test_it_exports_what_the_list_is_filtered_by(filled: Client) -> None:
    rows = json.loads(export(filled, FEEDS, 2, query="?is_active__exact=0"))
    assert [row["name"] for row in rows] == ["plain"]


def test_it_exports_only_the_chosen_columns(filled: Client) -> None:
    [row] = json.loads(export(filled, FEEDS, 2, columns=["name", "is_active"], query="?q=plain"))
    assert row == {"name": "plain", "is_active": False}


def test_it_exports_the_rows_that_were_ticked(filled: Client) -> None:
    ticked = list(ExternalFeed.objects.filter(name__in=["plain", "@x"]).values_list("pk", flat=True))
    page = filled.post(FEEDS, {"action": "export_selected", "_selected_action": ticked})
    form = page.context["form"]
    assert form.initial["export_items"] == ticked
    columns = {name: "on" for name in form.fields if name.startswith("externalfeedresource_")}
    response = filled.post(f"{FEEDS}export/", {"format": "2", "resource": "0", "export_items": ticked, **columns})
    assert {row["name"] for row in json.loads(response.content)} == {"plain", "@x"}


def test_it_goes_by_the_filter_where_all_rows_are_ticked(filled: Client) -> None:
    ticked = ExternalFeed.objects.values_list("pk", flat=True)[:1]
    data = {"action": "export_selected", "_selected_action": list(ticked), "select_across": "1"}
    response = filled.post(f"{FEEDS}?is_active__exact=1", data)
    assert response.url == f"{FEEDS}export/?is_active__exact=1"


@time_machine.travel("2026-03-04 12:00Z", tick=False)
def test_it_names_the_file_by_list_and_date(filled: Client) -> None:
    form = filled.get(f"{FEEDS}export/").context["form"]
    columns = {name: "on" for name in form.fields if name.startswith("externalfeedresource_")}
    response = filled.post(f"{FEEDS}export/", {"format": "0", "resource": "0", **columns})
    assert response["Content-Disposition"] == 'attachment; filename="externalfeed-2026-03-04.csv"'


def test_it_writes_csv_that_spreadsheets_open(filled: Client) -> None:
    content = export(filled, FEEDS, 0)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [row["name"] for row in rows] == ["'+49", "''quoted'", "plain", "'@x"]


def test_it_shows_import_export_and_recover_together(filled: Client) -> None:
    for page in (FEEDS, LINKS, BRANDS):
        text = filled.get(page).text
        for link in ("import/", "export/", "recover/"):
            assert f'href="{page}{link}' in text, (page, link)


def test_it_exports_only_to_those_who_may_look(admin_client: Client) -> None:
    assert signed_in(make_user("ann", Role.AGENT)).get(f"{FEEDS}export/").status_code == 403


def test_it_needs_the_same_queries_for_any_number_of_rows(filled: Client, django_assert_max_num_queries) -> None:
    ExternalFeed.objects.bulk_create(
        [ExternalFeed(name=f"F{i}", url=f"https://example.org/{i}", position=i + 10) for i in range(300)]
    )
    with django_assert_max_num_queries(25):
        export(filled, FEEDS, 0)
