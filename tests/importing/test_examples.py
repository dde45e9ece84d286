"""The example files, and the ones in the documentation, are importable as they stand."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from apps.brands.models import Brand
from apps.core.models import BulkImport
from tests.importing.conftest import BRANDS, CONNECTIONS, FEEDS, LINKS, REPLIES, confirm, upload

PAGES = {"feeds": FEEDS, "connections": CONNECTIONS, "links": LINKS, "brands": BRANDS, "cannedreplies": REPLIES}
EXAMPLES = sorted((settings.BASE_DIR / "fixtures" / "examples").glob("*.*"))
DOCUMENT = settings.BASE_DIR / "docs" / "import.md"
BLOCKS = re.findall(r"<!-- (\w+\.\w+) -->\n```\w*\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_it_imports_every_example_file(admin_client: Client, path: Path) -> None:
    Brand.objects.create(name="Harbour Supplies")
    upload(admin_client, PAGES[path.stem], path.read_bytes(), path.name)
    confirm(admin_client)
    latest = BulkImport.objects.get()
    assert (latest.errors, latest.notes, latest.state) == ([], [], BulkImport.State.DONE)
    assert latest.new_count + latest.changed_count >= 2


@pytest.mark.parametrize(("name", "content"), BLOCKS, ids=[name for name, _content in BLOCKS])
def test_it_imports_every_example_of_the_documentation(admin_client: Client, name: str, content: str) -> None:
    Brand.objects.create(name="Harbour Supplies")
    upload(admin_client, PAGES[name.partition(".")[0]], content, name)
    latest = BulkImport.objects.get()
    assert (latest.errors, latest.notes, latest.state) == ([], [], BulkImport.State.WAITING)


@pytest.mark.parametrize("page", PAGES.values())
def test_it_documents_every_column(admin_client: Client, page: str) -> None:
    for name, explanation, _is_key in admin_client.get(f"{page}import/").context["columns"]:
        assert explanation
        assert f"`{name}`" in DOCUMENT.read_text()
