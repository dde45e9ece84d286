"""Sets the environment of the tests before Django's settings are read (`tests.settings` imports this first)."""

import os
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet

os.environ["DESK_VAR"] = tempfile.mkdtemp(prefix="desk-tests-")
os.environ["DESK_SECRET_KEY"] = "tests-only-" + "x" * 50
os.environ["DESK_FIELD_KEYS"] = Fernet.generate_key().decode()
os.environ["DESK_ALLOWED_HOSTS"] = "localhost,127.0.0.1,testserver"
os.environ.pop("DESK_OUTBOUND_ALLOW", None)
if os.environ.get("DESK_TEST_DATABASE", "sqlite") == "sqlite":
    os.environ["DATABASE_URL"] = f"sqlite:///{Path(os.environ['DESK_VAR']) / 'tests.sqlite3'}"
