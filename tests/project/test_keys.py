import os
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from project.keys import generate_keys, read_key
from tests.project.conftest import ROOT

pytestmark = pytest.mark.once


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DESK_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("DESK_SECRET_KEY")
    monkeypatch.delenv("DESK_FIELD_KEYS")
    return tmp_path / "var"


def test_it_makes_keys_once(folder):
    assert [path.name for path in generate_keys()] == ["secret-key", "field-keys"]
    before = read_key("DESK_SECRET_KEY", "secret-key")
    assert generate_keys() == []
    assert read_key("DESK_SECRET_KEY", "secret-key") == before


def test_it_makes_keys_that_only_their_owner_can_read(folder):
    for path in generate_keys():
        assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(os.listdir(folder / "keys")) == ["field-keys", "secret-key"]


def test_it_makes_a_state_folder_that_only_its_owner_can_enter(folder):
    generate_keys()
    assert folder.stat().st_mode & 0o777 == 0o700


def test_it_leaves_a_state_folder_as_it_is(folder):
    folder.mkdir(mode=0o750)
    generate_keys()
    assert folder.stat().st_mode & 0o777 == 0o750


def test_it_makes_usable_keys(folder):
    generate_keys()
    assert len(read_key("DESK_SECRET_KEY", "secret-key")) >= 50
    Fernet(read_key("DESK_FIELD_KEYS", "field-keys"))


def test_it_prefers_the_environment(folder, monkeypatch):
    generate_keys()
    monkeypatch.setenv("DESK_SECRET_KEY", "from outside")
    assert read_key("DESK_SECRET_KEY", "secret-key") == "from outside"


def test_it_says_what_to_do_without_a_key(folder):
    with pytest.raises(ImproperlyConfigured, match=r"DESK_SECRET_KEY is not set .* Run `make run` once"):
        read_key("DESK_SECRET_KEY", "secret-key")


def test_it_does_not_start_without_a_key(folder):
    result = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={"DESK_VAR": str(folder), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode != 0
    assert "DESK_SECRET_KEY is not set" in result.stderr
