"""Every page of the management interface and of the portal, looked through for stored secrets."""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from apps.connections.models import SmarterTrackConnection
from apps.feeds.models import ExternalFeed
from tests.connected_services.conftest import PAGE, SECRETS, form_data

SECRET = "connection-secret-6"
MOST_PAGES = 250


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in ("href", "hx-get") and value]


def test_it_shows_no_secret_on_any_page(admin_client, stored):
    row = SmarterTrackConnection.objects.create(
        name="Sister", base_url="https://help.example.org", admin_username="root", admin_password=SECRET
    )
    ExternalFeed.objects.create(name="News", url="https://news.example/feed")
    admin_client.post(PAGE, form_data(stored, max_external_feed_articles=6))
    data = {"name": "Sister 2", "base_url": row.base_url, "admin_username": "root", "admin_password": ""}
    admin_client.post(f"/management/connections/smartertrackconnection/{row.pk}/change/", data)
    waiting, seen = ["/management/", PAGE], set()
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.pop()
        if address in seen or "logout" in address:
            continue
        seen.add(address)
        answer = admin_client.get(address)
        if answer.streaming or "text/html" not in answer.headers.get("Content-Type", ""):
            continue
        body = answer.content.decode()
        for secret in [*SECRETS.values(), SECRET, "fernet:"]:
            assert secret not in body, address
        links = Links()
        links.feed(body)
        for link in links.found:
            target = urlsplit(urljoin(address, link))
            if not target.netloc and target.path.startswith("/management/"):
                waiting.append(target.path)
    assert {PAGE, f"/management/connections/smartertrackconnection/{row.pk}/history/"} <= seen
