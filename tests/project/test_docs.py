import re

import pytest

from tests.project.conftest import ROOT

pytestmark = pytest.mark.once
NAME = re.compile(r"\bDESK_[A-Z_]+\b")
READ = re.compile(r"""(?:env(?:\.\w+)?\(|environ\.get\(|read_key\()\s*["'](\w+)["']""")


def test_it_describes_every_variable():
    files = [*(ROOT / "project").glob("*.py"), *(ROOT / "apps").rglob("*.py"), *(ROOT / "project").rglob("demo.py")]
    read = {name for file in files for name in READ.findall(file.read_text()) if name.isupper()}
    described = (ROOT / "docs" / "configuration.md").read_text()
    assert len(read) > 15
    assert sorted(name for name in read if f"`{name}`" not in described) == ["PATH"]


def test_it_describes_no_variable_that_is_not_read():
    source = "".join(file.read_text() for file in [*(ROOT / "project").rglob("*.py"), *(ROOT / "apps").rglob("*.py")])
    described = set(NAME.findall((ROOT / "docs" / "configuration.md").read_text()))
    assert sorted(name for name in described if f'"{name}"' not in source) == []


def test_it_gives_the_defaults_that_hold():
    settings = (ROOT / "project" / "settings.py").read_text()
    rows = dict(re.findall(r"^\| `(DESK_\w+)` \| `(\d+)` \|", (ROOT / "docs" / "configuration.md").read_text(), re.M))
    assert rows["DESK_WEB_THREADS"] == "8"
    wrong = {name: default for name, default in rows.items() if f'"{name}", default={default})' not in settings}
    assert wrong == {}
