from typing import Any

from django.core.management.base import BaseCommand

from project import demo, preflight


class Command(BaseCommand):
    help = "Loads the demo data into an empty installation, once. Its accounts are in $DESK_VAR/demo-accounts.txt."

    def handle(self, *args: Any, **options: Any) -> None:
        base_url = preflight.wanted_address().url
        if demo.is_wanted():
            password = demo.new_password()
            demo.load(password=password, base_url=base_url)
            self.stdout.write(demo.write_accounts(password=password))
            return
        demo.follow_address(base_url=base_url)
        if preflight.demo_accounts_file().exists():
            names = ", ".join(row["username"] for row in demo.read("people"))
            self.stdout.write(f"Sign in as {names}; the password is in {preflight.demo_accounts_file()}")
