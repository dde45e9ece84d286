"""From an uploaded file to rows, with a preview between."""

from collections.abc import Callable

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.test import Client
from reversion.models import Version

from apps.accounts.models import User
from apps.brands.models import Brand
from apps.core.models import BulkImport
from apps.feeds.models import ExternalFeed, FeedState
from tests.importing.conftest import FEEDS, confirm, upload

Import = Callable[..., BulkImport]
TWO = "name,url\nNews,https://example.com/news\nBlog,https://example.com/blog\n"


def names() -> list[str]:
    return list(ExternalFeed.objects.values_list("name", flat=True))


def test_it_stores_nothing_before_the_preview_is_confirmed(admin_client: Client) -> None:
    page = upload(admin_client, FEEDS, TWO)
    assert "https://example.com/news" in page.text
    assert "Confirm import" in page.text
    assert names() == []
    confirm(admin_client)
    assert names() == ["News", "Blog"]


def test_it_counts_new_changed_and_unchanged_rows(import_feeds: Import) -> None:
    import_feeds(TWO)
    third = import_feeds(TWO.replace("News,", "World news,") + "Status,https://example.com/status\n")
    assert (third.new_count, third.changed_count, third.unchanged_count) == (1, 1, 1)
    assert names() == ["World news", "Blog", "Status"]


def test_it_says_that_there_is_nothing_to_do(import_feeds: Import) -> None:
    import_feeds(TWO)
    again = import_feeds(TWO)
    assert again.state == BulkImport.State.DONE
    assert "stored like this already" in again.reason
    assert again.unchanged_count == 2


def test_it_shows_what_was_and_what_will_be(admin_client: Client, import_feeds: Import) -> None:
    import_feeds(TWO)
    page = upload(admin_client, FEEDS, "url,name\nhttps://example.com/news,World news\n").text
    assert "<del>" in page
    assert "News</del>" in page
    assert "World news</ins>" in page


def test_it_leaves_alone_what_the_file_has_no_column_for(import_feeds: Import) -> None:
    feed = ExternalFeed.objects.create(name="News", url="https://example.com/news", show_image=True, is_active=False)
    feed.brands.add(Brand.objects.get())
    import_feeds("url,name\nhttps://example.com/news,World news\n")
    feed.refresh_from_db()
    assert (feed.name, feed.show_image, feed.is_active) == ("World news", True, False)
    assert [brand.name for brand in feed.brands.all()] == ["Fernhill"]


def test_it_gives_new_rows_the_usual_values(import_feeds: Import) -> None:
    import_feeds("name,url\nNews,https://example.com/news\n")
    feed = ExternalFeed.objects.get()
    assert (feed.show_description, feed.show_image, feed.new_window, feed.is_active) == (True, False, True, True)
    assert not feed.brands.exists()


def test_it_reads_brands_by_name_and_an_empty_cell_as_all_brands(import_feeds: Import) -> None:
    Brand.objects.create(name="Harbour | Co")
    import_feeds("name,url,brands\nNews,https://example.com/news,Fernhill|Harbour \\| Co\n")
    feed = ExternalFeed.objects.get()
    assert {brand.name for brand in feed.brands.all()} == {"Fernhill", "Harbour | Co"}
    import_feeds("name,url,brands\nNews,https://example.com/news,\n")
    assert not feed.brands.exists()


def test_it_understands_yes_and_no_in_several_words(import_feeds: Import) -> None:
    words = {"yes": True, "Ja": True, "TRUE": True, "1": True, "WAHR": True, "sí": True}
    words |= {"no": False, "nein": False, "false": False, "0": False, "": True}
    lines = [f"F{i},https://example.com/{i},{word}\n" for i, word in enumerate(words)]
    import_feeds("name,url,is_active\n" + "".join(lines))
    assert list(ExternalFeed.objects.values_list("is_active", flat=True)) == list(words.values())


def test_it_imports_nothing_where_one_row_is_wrong(import_feeds: Import) -> None:
    failed = import_feeds(TWO + "Bad,javascript:alert(1)\n,https://example.com/x\n")
    assert failed.state == BulkImport.State.FAILED
    assert failed.error_count == 2
    assert [(row, column) for row, column, _message in failed.errors] == [(4, "url"), (5, "name")]
    assert names() == []


def test_it_says_in_words_what_is_wrong_with_a_cell(import_feeds: Import) -> None:
    failed = import_feeds(
        "name,url,brands,is_active,position\n"
        "A,https://a.example/,Nobody,yes,1\n"
        "B,https://b.example/,,perhaps,1\n"
        "C,https://c.example/,,yes,first\n"
        "D,,,yes,1\n"
        "E,https://a.example/,,yes,1\n"
        "F,ftp://f.example/,,yes,1\n"
        ",https://g.example/,Nobody,perhaps,1\n"
    )
    messages = {row: (column, message) for row, column, message in failed.errors}
    assert messages[2] == ("brands", "There is no brand called “Nobody”.")
    assert messages[3] == ("is_active", "Write yes or no.")
    assert messages[4] == ("position", "Write a whole number from 1 up.")
    assert messages[5] == ("url", "Fill this in: rows are told apart by it.")
    assert messages[6] == ("url", "Row 2 has the same already.")
    assert messages[7][0] == "url"
    assert [column for row, column, _message in failed.errors if row == 8] == ["name", "brands", "is_active"]


def test_it_names_the_columns_that_it_left_out(import_feeds: Import) -> None:
    done = import_feeds("name,url,colour,owner\nNews,https://example.com/news,red,me\n")
    assert done.notes == ["Columns that are not known were left out: colour, owner."]


def test_it_reads_headings_in_any_case_and_by_their_word_on_screen(import_feeds: Import) -> None:
    import_feeds("NAME,Address,Open in a new window\nNews,https://example.com/news,no\n")
    assert ExternalFeed.objects.get().new_window is False


def test_it_appends_new_feeds_in_the_order_of_the_file(import_feeds: Import) -> None:
    ExternalFeed.objects.create(name="First", url="https://example.com/first")
    import_feeds(TWO)
    assert list(ExternalFeed.objects.values_list("name", "position")) == [("First", 1), ("News", 2), ("Blog", 3)]


def test_it_moves_rows_to_the_place_that_the_file_gives_them(import_feeds: Import) -> None:
    for letter in "ABCD":
        ExternalFeed.objects.create(name=letter, url=f"https://example.com/{letter}")
    import_feeds("url,position\nhttps://example.com/D,1\nhttps://example.com/A,3\n")
    assert list(ExternalFeed.objects.values_list("name", "position")) == [("D", 1), ("B", 2), ("A", 3), ("C", 4)]


def test_it_keeps_versions_and_log_entries_of_what_it_wrote(import_feeds: Import, admin: User) -> None:
    import_feeds(TWO)
    import_feeds(TWO.replace("News,", "World news,"))
    feed = ExternalFeed.objects.get(name="World news")
    versions = Version.objects.get_for_object(feed)
    assert [(v.revision.user, v.revision.comment) for v in versions] == [(admin, "Imported from feeds.csv")] * 2
    assert [v.field_dict["name"] for v in versions] == ["World news", "News"]
    entries = LogEntry.objects.filter(object_id=str(feed.pk)).order_by("pk")
    assert [entry.action_flag for entry in entries] == [ADDITION, CHANGE]


def test_it_makes_new_feeds_due_and_fetches_nothing_itself(import_feeds: Import) -> None:
    import_feeds(TWO)
    states = FeedState.objects.all()
    assert len(states) == 2
    assert {(state.status, state.next_check_at, state.last_attempt_at) for state in states} == {("never", None, None)}


def test_it_refuses_to_write_what_was_changed_since_the_preview(admin_client: Client) -> None:
    upload(admin_client, FEEDS, TWO)
    ExternalFeed.objects.create(name="Mine", url="https://example.com/blog")
    confirm(admin_client)
    assert names() == ["Blog", "News"]  # the plan is made anew: the row exists by now and is changed
    upload(admin_client, FEEDS, "url,brands\nhttps://example.com/blog,Fernhill\n")
    Brand.objects.filter(name="Fernhill").update(name="Renamed")
    page = confirm(admin_client)
    assert "There is no brand called “Fernhill”." in page.text


def test_it_deletes_the_file_once_it_is_imported(import_feeds: Import) -> None:
    assert bytes(import_feeds(TWO).content) == b""


def test_it_brings_back_one_deleted_feed_and_not_its_neighbours(admin_client: Client, import_feeds: Import) -> None:
    import_feeds(TWO)
    blog = ExternalFeed.objects.get(name="Blog")
    version = Version.objects.get_for_object(blog).get()
    ExternalFeed.objects.all().delete()
    version.revision.revert()
    assert names() == ["Blog"]
