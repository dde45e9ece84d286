"""The project's settings under the tests' own environment, with a fast password hash."""

from tests import environment
from project.settings import *  # noqa: F403
from project.settings import DATABASES, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
if environment.DATABASE == "sqlite":
    # A file, unlike Django's usual database in memory, serves the threads of the live server too.
    DATABASES["default"]["TEST"] = {"NAME": str(environment.FOLDER / "tests.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0  # so that no thread holds the test database when it is dropped
