"""`python -m project.setup`: make or update an installation; what `make run` does before it starts anything.

Keys, database, static files, demo data. Safe to run again and again; the data stays.
"""

import logging
import os
import sys
from contextlib import suppress
from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError

from project import __version__, preflight
from project.keys import generate_keys


def main() -> int:
    """Prepare the installation and say where to go; 1 and one sentence where it cannot be done."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    try:
        preflight.check_folder()
        address = preflight.wanted_address()
        generate_keys()
        prepare(address)
    except preflight.CannotStart as error:
        print(error, file=sys.stderr)
    except ImproperlyConfigured as error:
        print(f"The configuration is wrong: {error}", file=sys.stderr)
    except DatabaseError as error:
        print(f"The database cannot be used: {str(error).strip()} (see DATABASE_URL)", file=sys.stderr)
    else:
        return 0
    return 1


def prepare(address: preflight.Address) -> None:
    """Bring database and static files up to this version, load the demo data once, and print the way in."""
    django.setup()
    logging.getLogger("apps.core.cache").setLevel(logging.ERROR)  # Valkey starts after this
    make_database_file()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    if preflight.demo_is_wanted():
        call_command("demo")
    print_addresses(address)


def make_database_file() -> None:
    """Make the file of a new SQLite database, for its owner only; the files that lie beside it take after it."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        with suppress(OSError):  # of a place that cannot be written the database tells
            Path(database["NAME"]).touch(mode=0o600)


def print_addresses(address: preflight.Address) -> None:
    """Where the portal of each brand and the management interface are, and who can sign in."""
    from apps.accounts.models import User
    from apps.brands.models import BrandHost

    lines = [("Portal", address.url), ("Management interface", f"{address.url}management/")]
    for host in BrandHost.objects.filter(name__endswith=".localhost").select_related("brand"):
        lines.append((host.brand.name, f"http://{host.name}:{address.port}/"))
    width = max(len(title) for title, _url in lines)
    print(f"Deskbridge {__version__}")
    print("\n".join(f"  {title:<{width}}  {url}" for title, url in lines))
    if not User.objects.exists():
        print("There are no accounts yet. Make the first one: .venv/bin/python manage.py createsuperuser")


if __name__ == "__main__":
    sys.exit(main())
