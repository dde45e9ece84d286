"""The translations, as they lie in the repository: whole, compiled and up to date."""

import gettext
import re

import pytest
from babel.messages.pofile import read_po

from tests.project.conftest import ROOT

CATALOGUES = sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)\}")


def language(path):
    return path.parent.parent.name


def read(path):
    with path.open("rb") as file:
        return read_po(file, locale=language(path))


def forms(value):
    return value if isinstance(value, tuple) else (value,)


def compiled_forms(compiled, message):
    """What the compiled catalogue says for each number that has a form of its own."""
    if not isinstance(message.id, tuple):
        found = compiled.pgettext(message.context, message.id) if message.context else compiled.gettext(message.id)
        return {found}
    if message.context:
        return {compiled.npgettext(message.context, *message.id, number) for number in range(3)}
    return {compiled.ngettext(*message.id, number) for number in range(3)}


@pytest.mark.parametrize("path", CATALOGUES, ids=language)
def test_it_is_compiled_as_it_is_written(path):
    with path.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    stale = [
        message.id
        for message in read(path)
        if message.id and not message.fuzzy and all(forms(message.string))
        if compiled_forms(compiled, message) != set(forms(message.string))
    ]
    assert stale == [], "run `make messages`"


@pytest.mark.parametrize("path", CATALOGUES, ids=language)
def test_it_keeps_the_placeholders(path):
    wrong = [
        message.id
        for message in read(path)
        if message.id and not message.fuzzy
        for new in forms(message.string)
        if new and not set(PLACEHOLDER.findall(new)) <= set(PLACEHOLDER.findall(" ".join(forms(message.id))))
    ]
    assert wrong == []


@pytest.mark.parametrize("path", CATALOGUES, ids=language)
def test_it_leaves_nothing_untranslated(path):
    missing = [message.id for message in read(path) if message.id and (message.fuzzy or not all(forms(message.string)))]
    assert missing == []
