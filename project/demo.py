"""The demo data: invented companies, their people, feeds and tickets, read from `fixtures/demo/`."""

import json
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import Department, Membership, User
from apps.accounts.roles import Role, set_role
from apps.brands.models import Brand, BrandHost, CustomLink
from apps.core.versions import keep_first_versions
from apps.feeds.models import ExternalFeed, FeedState
from apps.tickets.models import CannedReply, CustomField
from project import preflight
from project.demo_tickets import load_canned_replies, load_custom_fields, load_tickets

FOLDER = Path(settings.BASE_DIR) / "fixtures" / "demo"
FEED_PATHS = "/static/demo/"


def read(name: str) -> list[dict[str, Any]]:
    """The rows of one file of the demo data."""
    rows: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return rows


def is_wanted() -> bool:
    """Whether this installation is still empty; demo data never mixes with somebody's own."""
    return not (User.objects.exists() or Brand.objects.exists())


@transaction.atomic
def load(*, password: str, base_url: str) -> None:
    """Make the brands, links, feeds, departments, people and tickets of the demo.

    password: of all accounts. base_url: where this installation answers; it serves the demo's feeds itself.
    """
    brands = {row["name"]: make_brand(**row) for row in read("brands")}
    for row in read("links"):
        CustomLink.objects.create(**without(row, "brands")).brands.set(brands[name] for name in row["brands"])
    for row in read("feeds"):
        feed = ExternalFeed.objects.create(url=urljoin(base_url, row["path"]), **without(row, "brands", "path"))
        feed.brands.set(brands[name] for name in row["brands"])
    departments = {}
    for row in read("departments"):
        departments[row["name"]] = department = Department.objects.create(**without(row, "brands"))
        department.brands.set(brands[name] for name in row["brands"])
    for row in read("people"):
        make_person(password=password, departments=[departments[name] for name in row.pop("departments", [])], **row)
    load_canned_replies(read("canned_replies"), departments)
    load_custom_fields(read("custom_fields"), departments)
    load_tickets(read("tickets"), folder=FOLDER / "files", brands=brands)
    for model in (Brand, CustomLink, ExternalFeed, Department, CannedReply, CustomField):
        keep_first_versions(model._default_manager.all(), comment=_("Demo data"))


def make_brand(*, hosts: list[str], **fields: Any) -> Brand:
    """A brand and its host names."""
    brand = Brand.objects.create(**fields)
    for host in hosts:
        BrandHost.objects.create(brand=brand, name=host)
    return brand


def make_person(*, password: str, departments: list[Department], role: str, **fields: Any) -> User:
    """An account with its role and departments."""
    user: User = User.objects.create(password=make_password(password), **fields)
    set_role(user=user, role=Role(role))
    for department in departments:
        Membership.objects.create(user=user, department=department)
    return user


def without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    """A row without some of its fields."""
    return {key: value for key, value in row.items() if key not in names}


def follow_address(*, base_url: str) -> int:
    """Point the demo's feeds at the address this installation has now; how many pointed elsewhere."""
    ours = urlsplit(base_url)
    moved = 0
    for feed in ExternalFeed.objects.filter(url__contains=FEED_PATHS):
        parts = urlsplit(feed.url)
        if parts.netloc == ours.netloc or not parts.path.startswith(FEED_PATHS) or parts.hostname != ours.hostname:
            continue
        ExternalFeed.objects.filter(pk=feed.pk).update(url=urljoin(base_url, parts.path))
        FeedState.objects.filter(feed=feed).update(next_check_at=None, lease_until=None)
        moved += 1
    return moved


def change_password(*, password: str) -> None:
    """Give the demo accounts that are still there another password."""
    names = [row["username"] for row in read("people")]
    User.objects.filter(username__in=names).update(password=make_password(password))


def write_accounts(*, password: str) -> str:
    """Keep the accounts and their password in a file that only its owner can read; returns what it says."""
    lines = [f"  {row['username']:<8} {row['role'].lower()}" for row in read("people")]
    text = "\n".join([f"Demo accounts, all with the password {password}", *lines, ""])
    path = preflight.demo_accounts_file()
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    return text


def new_password() -> str:
    """A password that nobody knows yet and everybody can type."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
