"""Keeping an uploaded file encrypted: it may hold passwords."""

import zlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext as _

from apps.core.importing.tables import FileRefused


def sealed(content: bytes) -> bytes:
    """A file's bytes, encrypted under the newest of `DESK_FIELD_KEYS`."""
    return _cipher().encrypt(zlib.compress(content, 1))


def unsealed(stored: bytes | memoryview) -> bytes:
    """The bytes of a sealed file. Raises FileRefused where it is gone or its key is."""
    try:
        return zlib.decompress(_cipher().decrypt(bytes(stored)))
    except InvalidToken as error:
        raise FileRefused(_("The file is no longer there. Upload it again.")) from error


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.DESK_FIELD_KEYS])
