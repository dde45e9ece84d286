"""Files posted with a form, without scripts: nothing is lost where the form has errors."""

import pytest
from django.conf import LazySettings
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.test import RequestFactory

from apps.accounts.models import User
from apps.tickets.attachments import MAX_FILES, store_upload
from apps.tickets.models import Attachment
from apps.tickets.uploads import posted_files


def files(count: int, content: bytes = b"words") -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(f"{number}.txt", content) for number in range(count)]


def post(user: User, **data: object) -> tuple[list[Attachment], list[str]]:
    request = RequestFactory().post("/tickets/new/", data)
    request.user, request.session = user, SessionStore()
    return posted_files(request)


def test_it_takes_new_files_and_those_uploaded_before(carol: User) -> None:
    before = store_upload(upload=SimpleUploadedFile("before.txt", b"x"), by=carol)
    kept, problems = post(carol, files=files(2), attachments=[str(before.pk), "x", "²", "999999999999999999999"])
    assert [file.name for file in kept] == ["before.txt", "0.txt", "1.txt"]
    assert problems == []


def test_it_keeps_the_good_ones_and_says_what_is_wrong_with_the_others(carol: User) -> None:
    kept, problems = post(
        carol, files=[*files(1), SimpleUploadedFile("run.exe", b"MZ"), SimpleUploadedFile("e.txt", b"")]
    )
    assert [file.name for file in kept] == ["0.txt"]
    assert ["run.exe" in problems[0], "e.txt" in problems[1]] == [True, True]


def test_it_does_not_take_the_files_of_others(carol: User, dave: User) -> None:
    foreign = store_upload(upload=SimpleUploadedFile("mine.txt", b"x"), by=dave)
    assert post(carol, attachments=[str(foreign.pk)]) == (
        [],
        ["A file is no longer here. Remove it and attach it again."],
    )


def test_it_refuses_a_thousand_files_at_once(carol: User) -> None:
    before = store_upload(upload=SimpleUploadedFile("before.txt", b"x"), by=carol)
    kept, problems = post(carol, files=files(1000), attachments=[str(before.pk)])
    assert [file.name for file in kept] == ["before.txt"]
    assert "20 files" in problems[0]
    assert Attachment.objects.count() == 1


def test_the_field_lists_what_is_kept_and_what_is_wrong(carol: User, settings: LazySettings) -> None:
    kept, _problems = post(carol, files=[SimpleUploadedFile("<b>&.txt", b"x" * 2048)])
    settings.DESK_ATTACHMENT_MB = 7
    field = render_to_string("tickets/_attach_field.html", {"face": "portal", "pending": kept, "problems": ["Too <b>"]})
    assert f'name="attachments" value="{kept[0].pk}"' in field
    assert "_b_&amp;.txt" in field
    assert "Too &lt;b&gt;" in field
    assert f'data-max-files="{MAX_FILES}"' in field
    assert 'data-upload="/tickets/uploads/"' in field
    assert "7 MB" in field


@pytest.mark.parametrize("face", ["management", "portal"])
def test_the_field_needs_nothing(face: str) -> None:
    assert 'type="file"' in render_to_string("tickets/_attach_field.html", {"face": face})
