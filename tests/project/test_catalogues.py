"""The German and Spanish catalogues: whole, compiled, and as new as the sources."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation import gettext, override

from tests.conftest import signed_in

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?\w+[^>]*>|&\w+;")
NAMES = ["English", "Deutsch", "Español"]
RUN = "run `make messages`"

pytestmark = [pytest.mark.once, pytest.mark.parametrize("language", LANGUAGES)]


def catalogue(language: str, root: Path = ROOT) -> polib.POFile:
    return polib.pofile(str(root / "locale" / language / "LC_MESSAGES/django.po"))


def key(entry: polib.POEntry | polib.MOEntry) -> tuple[str | None, str]:
    return (entry.msgctxt, entry.msgid)


def translations(entry: polib.POEntry | polib.MOEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_it_leaves_nothing_untranslated_or_guessed(language):
    entries = catalogue(language)

    assert len(entries) > 500
    assert [entry.msgid for entry in entries if entry.fuzzy or not all(translations(entry))] == []


def test_it_keeps_placeholders_and_tags(language):
    wrong = []
    for entry in catalogue(language):
        sources = [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]
        for source, text in zip(sources, translations(entry), strict=True):
            if sorted(PLACEHOLDER.findall(source)) != sorted(PLACEHOLDER.findall(text)):
                wrong.append((source, text))

    assert wrong == []


def test_it_quotes_as_the_language_does(language):
    foreign = {"de": "”«»", "es": "“”„"}[language]

    assert [entry.msgid for entry in catalogue(language) if set(foreign) & set("".join(translations(entry)))] == []


def test_it_is_compiled(language):
    written = catalogue(language)
    compiled = polib.mofile(str(ROOT / "locale" / language / "LC_MESSAGES/django.mo"))

    assert {key(e): translations(e) for e in compiled} == {key(e): translations(e) for e in written}, (
        "run make messages"
    )
    assert compiled.metadata == written.metadata


def test_it_tells_nothing_about_who_wrote_it_where(language):
    text = (ROOT / "locale" / language / "LC_MESSAGES/django.po").read_text()

    assert catalogue(language).metadata["Project-Id-Version"] == "Deskbridge"
    assert [line for line in text.splitlines() if re.search(r"^#: /|POT-Creation-Date|Last-Translator", line)] == []


def test_it_is_what_people_see(language):
    with override(language):
        seen = gettext("Apply Filters")

    assert seen == {"de": "Filter anwenden", "es": "Aplicar filtros"}[language]


def test_it_names_each_language_in_that_language(language, client, admin):
    admin.language = language
    admin.save()
    client.cookies["django_language"] = language

    for visitor, page in ((client, "/"), (signed_in(admin), "/management/")):
        content = visitor.get(page).content.decode()

        assert f'<html lang="{language}"' in content
        assert re.findall(r">\s*(english|deutsch|español|englisch|alemán)\b", content, re.IGNORECASE) == NAMES


def test_it_knows_every_word_of_the_sources(language, tmp_path):
    if shutil.which("xgettext") is None:
        message = "GNU gettext is not here, so new words in the sources were not looked for."
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    for folder in ("apps", "project", "templates", "locale"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", tmp_path)
    environment = {**os.environ, "DESK_VAR": str(tmp_path / "var"), "DJANGO_SETTINGS_MODULE": "project.settings"}
    for command in (["-m", "project.keys"], ["manage.py", "makemessages", "-l", language, "--no-obsolete"]):
        subprocess.run([sys.executable, *command], cwd=tmp_path, env=environment, check=True, capture_output=True)

    known = {key(entry) for entry in catalogue(language)}

    assert [entry.msgid for entry in catalogue(language, tmp_path) if key(entry) not in known] == [], (
        "run make messages"
    )
