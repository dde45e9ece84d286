"""What is particular about brands and custom links."""

from django.test import Client

from apps.brands.models import Brand, BrandHost, CustomLink
from apps.core.models import BulkImport
from tests.importing.conftest import BRANDS, LINKS, confirm, upload


def imported(client: Client, page: str, content: str) -> BulkImport:
    upload(client, page, content)
    if BulkImport.objects.latest("pk").state == BulkImport.State.WAITING:
        confirm(client)
    return BulkImport.objects.latest("pk")


def defaults() -> list[str]:
    return list(Brand.objects.filter(is_default=True).values_list("name", flat=True))


def test_it_moves_the_default_to_the_brand_that_the_file_names(admin_client: Client) -> None:
    page = upload(admin_client, BRANDS, "name,is_default\nHarbour,yes\nFernhill,no\n")
    assert "“Harbour” takes the place of “Fernhill” as the default brand." in page.text
    confirm(admin_client)
    assert defaults() == ["Harbour"]


def test_it_keeps_one_default_where_the_other_row_still_says_yes(admin_client: Client) -> None:
    imported(admin_client, BRANDS, "name,is_default,footer\nFernhill,yes,changed\nHarbour,yes,\n")
    assert defaults() == ["Harbour"]


def test_it_refuses_two_new_defaults(admin_client: Client) -> None:
    failed = imported(admin_client, BRANDS, "name,is_default\nA,yes\nB,yes\n")
    assert failed.errors == [[3, "is_default", "Row 2 is the default brand already."]]
    assert (failed.row_count, failed.new_count, failed.error_count) == (2, 1, 1)


def test_it_refuses_to_take_the_default_from_the_only_one(admin_client: Client) -> None:
    failed = imported(admin_client, BRANDS, "name,is_default\nFernhill,no\n")
    assert failed.errors == [[2, "is_default", "There is always one default brand: write yes for another one."]]
    assert defaults() == ["Fernhill"]


def test_it_stores_host_names_in_their_usual_spelling(admin_client: Client) -> None:
    imported(admin_client, BRANDS, "name,hosts\nFernhill,Help.Example.COM.|help.example.org\n")
    assert list(BrandHost.objects.values_list("name", flat=True)) == ["help.example.com", "help.example.org"]


def test_it_refuses_what_is_no_host_name_or_another_brands(admin_client: Client) -> None:
    BrandHost.objects.create(brand=Brand.objects.get(), name="help.example.com")
    failed = imported(admin_client, BRANDS, "name,hosts\nA,https://a.example/\n")
    assert [(row, column) for row, column, _m in failed.errors] == [(2, "hosts")]
    failed = imported(admin_client, BRANDS, "name,hosts\nA,help.example.com\nB,b.example|c.example\nC,b.example\n")
    assert [(row, message) for row, _c, message in failed.errors] == [
        (2, "help.example.com belongs to the brand “Fernhill”."),
        (4, "b.example belongs to the brand “B”."),
    ]


def test_it_lets_a_host_name_move_between_two_brands_of_the_file(admin_client: Client) -> None:
    BrandHost.objects.create(brand=Brand.objects.get(), name="help.example.com")
    imported(admin_client, BRANDS, "name,hosts\nA,help.example.com\nFernhill,f.example\n")
    assert BrandHost.objects.get(name="help.example.com").brand.name == "A"


def test_it_keeps_pictures_that_no_file_can_hold(admin_client: Client) -> None:
    Brand.objects.update(logo="brands/x.png")
    imported(admin_client, BRANDS, "name,colour\nFernhill,#00ff00\n")
    brand = Brand.objects.get()
    assert (brand.logo.name, brand.colour) == ("brands/x.png", "#00ff00")


def test_it_tells_links_apart_by_title_and_address(admin_client: Client) -> None:
    imported(admin_client, LINKS, "title,url\nStatus,/status/\nStatus,https://status.example/\n")
    assert CustomLink.objects.count() == 2
    again = imported(admin_client, LINKS, "title,url,icon\nStatus,/status/,Book\nStatus,/status/,cart\n")
    assert again.errors == [[3, "title", "Row 2 has the same already."]]


def test_it_refuses_links_that_would_run_scripts(admin_client: Client) -> None:
    bad = ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//evil.example", "vbscript:x"]
    failed = imported(admin_client, LINKS, "title,url\n" + "".join(f'Bad,"{url}"\n' for url in bad))
    assert [(row, column) for row, column, _m in failed.errors] == [(number, "url") for number in range(2, 7)]


def test_it_reads_choices_by_value_or_word_and_names_them_when_wrong(admin_client: Client) -> None:
    imported(admin_client, LINKS, "title,url,icon,audience\nA,/a/,Shopping cart,SIGNED_IN\n")
    link = CustomLink.objects.get()
    assert (link.icon, link.audience) == ("cart", "signed_in")
    failed = imported(admin_client, LINKS, "title,url,audience\nA,/a/,friends\n")
    assert failed.errors == [[2, "audience", "Write one of these: everyone, signed_in, staff."]]


def test_it_shows_a_script_in_a_file_as_text(admin_client: Client) -> None:
    page = upload(
        admin_client, LINKS, "title,url,description,<b>odd</b>\n<script>x()</script>,/a/,<img src=x>,\n", "<i>.csv"
    )
    assert "<script>x()" not in page.text
    assert "<img src=x>" not in page.text
    assert "<b>odd" not in page.text
    assert "<i>.csv" not in page.text
