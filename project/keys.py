"""The installation's own keys: from the environment, or from key files that `make run` writes once.

The settings read it, so it imports no model and no setting.
"""

import os
import secrets
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured


def state_folder() -> Path:
    """Where this installation keeps its database, keys, uploads and Valkey data (`DESK_VAR`, default `var/`)."""
    return Path(os.environ.get("DESK_VAR") or Path(__file__).resolve().parent.parent / "var").absolute()


def make_state_folder() -> Path:
    """Make the state folder, for its owner only, where it does not exist yet; its path."""
    folder = state_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def read_key(environment_name: str, file_name: str) -> str:
    """The value of an environment variable or else of `$DESK_VAR/keys/<file_name>`.

    Raises ImproperlyConfigured where there is neither.
    """
    if value := os.environ.get(environment_name, "").strip():
        return value
    path = state_folder() / "keys" / file_name
    try:
        return path.read_text().strip()
    except FileNotFoundError as error:
        raise ImproperlyConfigured(
            f"{environment_name} is not set and {path} does not exist. "
            "Run `make run` once (it generates the keys) or set the variable."
        ) from error


def generate_keys() -> list[Path]:
    """Write the key files that are missing, readable by their owner only. Returns those it wrote."""
    folder = make_state_folder() / "keys"
    folder.mkdir(mode=0o700, exist_ok=True)
    written = []
    for name, new in (("secret-key", secrets.token_urlsafe(64)), ("field-keys", Fernet.generate_key().decode())):
        path = folder / name
        if path.exists():
            continue
        with tempfile.NamedTemporaryFile("w", dir=folder, prefix=name, delete=False) as file:  # readable by us only
            file.write(new + "\n")
        try:
            os.link(file.name, path)  # whole or not at all, and never over a key that is there
        except FileExistsError:
            pass  # another process was quicker
        else:
            written.append(path)
        os.unlink(file.name)
    return written


if __name__ == "__main__":
    for path in generate_keys():
        print(f"Wrote {path}")
