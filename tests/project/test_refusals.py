"""What `make run` says where it cannot start: one sentence, quickly."""

import subprocess
import time

import pytest

from tests.project.conftest import ROOT

pytestmark = pytest.mark.once
OLD = "#!/bin/sh\n[ \"$1\" = --version ] && echo 'Python 3.11.2' && exit 0\nexit 1\n"


@pytest.fixture
def fresh(new_installation):
    return new_installation()


@pytest.mark.parametrize("port", ["0", "65536", "eight", "-1"])
def test_it_refuses_a_port_that_is_none(fresh, port):
    assert f"DESK_PORT is '{port}'" in fresh.refuses(DESK_PORT=port)


def test_it_refuses_a_host_that_is_not_this_machine(fresh):
    assert "where this machine cannot listen" in fresh.refuses(DESK_HOST="192.0.2.1")
    assert "no address of this machine" in fresh.refuses(DESK_HOST="no such host")


def test_it_refuses_a_folder_that_cannot_be_written(fresh, tmp_path):
    (tmp_path / "file").write_text("in the way")
    folder = tmp_path / "file" / "var"
    assert f"The folder {folder} cannot be written (Not a directory)" in fresh.refuses(DESK_VAR=str(folder))


def test_it_refuses_a_folder_whose_path_is_too_long(fresh, tmp_path):
    sentence = fresh.refuses(DESK_VAR=str(tmp_path / ("long" * 20)))
    assert "too long for a unix socket" in sentence


def test_it_refuses_a_database_that_is_not_there(fresh):
    sentence = fresh.refuses(DATABASE_URL="postgresql://desk:secret-word@127.0.0.1:1/desk")
    assert "The database cannot be used" in sentence
    assert "secret-word" not in sentence


def test_it_refuses_https_without_a_proxy(fresh):
    assert "name its address in DESK_TRUSTED_PROXIES" in fresh.refuses(DESK_HTTPS="on")


def test_it_refuses_a_proxy_that_is_no_address(fresh):
    assert "no address or network" in fresh.refuses(DESK_TRUSTED_PROXIES="my proxy")


def test_it_can_be_stopped_while_it_sets_up(fresh):
    fresh.begin()
    deadline = time.monotonic() + 60
    while not (fresh.folder / "keys" / "field-keys").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert fresh.stop() == 0
    assert "Traceback" not in fresh.output()
    assert "Ready" not in fresh.output()
    assert fresh.is_gone(seconds=1)


def make(*arguments):
    return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_it_refuses_a_python_that_is_too_old(tmp_path):
    old = tmp_path / "python3.11"
    old.write_text(OLD)
    old.chmod(0o755)
    result = make("run", f"PYTHON={old}")
    assert result.returncode != 0
    assert f"Deskbridge needs Python 3.12 or newer, and {old} is Python 3.11.2.\n" in result.stderr


def test_it_refuses_a_python_that_is_not_there():
    result = make("run", "PYTHON=/nowhere/python")
    assert "and /nowhere/python is no Python that runs.\n" in result.stderr


def test_it_lists_its_commands():
    output = make("help").stdout
    for command in ("run", "test", "check", "bench"):
        assert f"make {command} " in output
