"""The translations, as they lie in the repository: whole, compiled and up to date."""

import re

import polib
import pytest

from tests.project.conftest import ROOT

CATALOGUES = sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)\}")
pytestmark = pytest.mark.once


def language(path):
    return path.parent.parent.name


def translations(entries):
    return {(entry.msgctxt, entry.msgid): entry.msgstr_plural or entry.msgstr for entry in entries}


@pytest.mark.parametrize("path", CATALOGUES, ids=language)
def test_it_is_compiled_as_it_is_written(path):
    written = translations(polib.pofile(str(path)).translated_entries())
    compiled = translations(polib.mofile(str(path.with_suffix(".mo"))))
    assert compiled == written, "run `make messages`"


@pytest.mark.parametrize("path", CATALOGUES, ids=language)
def test_it_leaves_nothing_untranslated(path):
    catalogue = polib.pofile(str(path))
    assert [entry.msgid for entry in catalogue.untranslated_entries() + catalogue.fuzzy_entries()] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=language)
def test_it_invents_no_placeholders(path):
    wrong = [
        entry.msgid
        for entry in polib.pofile(str(path)).translated_entries()
        for text in [entry.msgstr, *entry.msgstr_plural.values()]
        if not set(PLACEHOLDER.findall(text)) <= set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
    ]
    assert wrong == []
