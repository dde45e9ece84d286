import os
from typing import Any

from django.core.management.base import BaseCommand

from project import demo, preflight


class Command(BaseCommand):
    help = "Loads the demo data into an empty installation, once. Its accounts are in $DESK_VAR/demo-accounts.txt."

    def handle(self, *args: Any, **options: Any) -> None:
        base_url = preflight.wanted_address().url
        accounts = preflight.demo_accounts_file()
        wanted = os.environ.get("DESK_DEMO_PASSWORD", "")
        if demo.is_wanted():
            password = wanted or demo.new_password()
            demo.load(password=password, base_url=base_url)
            self.stdout.write(demo.write_accounts(password=password))
        elif accounts.exists():
            demo.follow_address(base_url=base_url)
            if wanted and f"{wanted}\n" not in accounts.read_text():
                demo.change_password(password=wanted)
                demo.write_accounts(password=wanted)
            names = ", ".join(row["username"] for row in demo.read("people"))
            self.stdout.write(f"Sign in as {names}; the password is in {accounts}")
