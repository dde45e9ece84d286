"""Sets the environment of the tests before Django's settings are read (`tests.settings` imports this first).

`DESK_TEST_DATABASE` chooses the database: `sqlite` (the default), `postgresql` (a server of our own that lives as
long as the run) or the URL of a server.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet

DATABASE = os.environ.get("DESK_TEST_DATABASE", "sqlite")
# Workers of xdist end without clean-up: their folders lie in that of the process that started them.
FOLDER = Path(tempfile.mkdtemp(prefix="desk-", dir=os.environ.get("DESK_TEST_FOLDER")))
os.environ.setdefault("DESK_TEST_FOLDER", str(FOLDER))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

for name in [name for name in os.environ if name.startswith("DESK_") and not name.startswith("DESK_TEST_")]:
    del os.environ[name]
os.environ["DESK_VAR"] = str(FOLDER)
os.environ["DESK_SECRET_KEY"] = "tests-only-" + "x" * 50
os.environ["DESK_FIELD_KEYS"] = Fernet.generate_key().decode()
os.environ["DESK_ALLOWED_HOSTS"] = "localhost,127.0.0.1,testserver"
os.environ["REDIS_URL"] = f"unix://{FOLDER / 'valkey.sock'}?db=0"
if DATABASE == "sqlite":
    os.environ["DATABASE_URL"] = f"sqlite:///{FOLDER / 'tests.sqlite3'}"
elif DATABASE == "postgresql":
    if "PYTEST_XDIST_WORKER" not in os.environ:  # its workers use the server of the process that started them
        from tests.postgres import start

        os.environ["DATABASE_URL"] = start(FOLDER / "postgresql")
else:
    os.environ["DATABASE_URL"] = DATABASE
# The sync API of the browser driver keeps an event loop in the main thread, where the tests use the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
