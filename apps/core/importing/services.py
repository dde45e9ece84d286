"""What can happen to an import: it is started, checked, confirmed or cancelled, written, and tidied away."""

import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import ADDITION, CHANGE
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.importing.fields import batches
from apps.core.importing.formats import DeskFormat
from apps.core.importing.models import KEPT_UNFINISHED, BulkImport
from apps.core.importing.plans import Plan, Planner
from apps.core.importing.previews import preview_of
from apps.core.importing.resources import DeskResource
from apps.core.importing.sealing import sealed, unsealed
from apps.core.importing.tables import FileRefused
from apps.core.importing.writing import record, write
from apps.core.jobs import defer

logger = logging.getLogger(__name__)
State = BulkImport.State

CLAIM = timedelta(minutes=10)
RENEWED_CLAIM = timedelta(minutes=5)
MAX_ATTEMPTS = 3
KEPT = timedelta(days=30)
JOB_SECONDS = 1800
MAX_ERRORS = 1000
RECORDED_AT_ONCE = 200


class Lost(Exception):
    """Another process has the import, or it was cancelled: what this one did must not count."""


@dataclass(frozen=True)
class Progress:
    """How far a step is: rows done, and percent. Importing goes over the rows twice; written ones get versions."""

    done: int
    is_written: bool
    percent: int


def start_import(*, owner: Any, subject: str, file_format: DeskFormat, file_name: str, content: bytes) -> BulkImport:
    """Keep an uploaded file and check it: at once when it is small, in a job when it has many rows.

    Raises FileRefused where it is dangerous to read.
    """
    rows = file_format.estimate(content)
    bulk_import = BulkImport.objects.create(
        owner=owner,
        subject=subject,
        format=file_format.name,
        file_name=file_name[-200:],
        content=sealed(content),
        row_count=rows,
    )
    _proceed(bulk_import)
    return bulk_import


def confirm_import(*, bulk_import: BulkImport) -> bool:
    """Write what was previewed. False, and nothing happens, where somebody confirmed or cancelled it before."""
    waiting = BulkImport.objects.filter(pk=bulk_import.pk, state=State.WAITING, expires_at__gt=timezone.now())
    expires_at = timezone.now() + KEPT_UNFINISHED
    if not waiting.update(state=State.IMPORTING, attempts=0, expires_at=expires_at):
        return False
    bulk_import.refresh_from_db()
    _proceed(bulk_import)
    return True


def cancel_import(*, bulk_import: BulkImport) -> bool:
    """Forget an import that was not confirmed yet. False where it is too late."""
    early = BulkImport.objects.filter(pk=bulk_import.pk, state__in=[State.CHECKING, State.WAITING])
    cancelled = early.update(state=State.CANCELLED, content=b"", preview={}, finished_at=timezone.now())
    bulk_import.refresh_from_db()
    return bool(cancelled)


def run_import(*, bulk_import: BulkImport) -> None:
    """Do the next step of an import, checking or writing. Does nothing where another process is at it."""
    with _claimed(bulk_import) as claimed:
        if not claimed:
            return
        with translation.override(_language(bulk_import)):
            try:
                _run(bulk_import)
            except FileRefused as refused:
                _finish(bulk_import, State.FAILED, reason=str(refused))
            except IntegrityError:
                reason = _("The list was changed meanwhile, so nothing was imported. Upload the file again.")
                _finish(bulk_import, State.FAILED, reason=reason)
            except Lost:
                logger.info("import %s was taken away or cancelled", bulk_import.pk)


def sweep_imports() -> None:
    """Take up imports whose worker is gone, end those nobody confirmed, forget old ones. For every minute."""
    now = timezone.now()
    BulkImport.objects.filter(finished_at__lt=now - KEPT).delete()
    BulkImport.objects.unclaimed().filter(
        state__in=[State.CHECKING, State.WAITING, State.IMPORTING], expires_at__lte=now
    ).exclude(content=b"").update(
        state=State.CANCELLED, content=b"", preview={}, finished_at=now, reason=_("It was not finished within a day.")
    )
    left = BulkImport.objects.unclaimed().filter(state__in=[State.CHECKING, State.IMPORTING])
    for bulk_import in left.filter(created_at__lt=now - timedelta(minutes=1)).defer("content"):
        _defer(bulk_import)


def note_progress(bulk_import: BulkImport, done: int, *, is_written: bool = False) -> None:
    """Say how many rows the running step has done; not in the database, where a transaction may be open."""
    cache.set(_progress_key(bulk_import), [done, is_written], timeout=3600)


def progress_of(bulk_import: BulkImport) -> Progress:
    """How far the running step is."""
    done, is_written = cache.get(_progress_key(bulk_import), [0, False])
    part = min(100, 100 * done // max(bulk_import.row_count, 1))
    halves = bulk_import.state == State.IMPORTING
    return Progress(done, is_written, (part + 100 * is_written) // 2 if halves else part)


def format_of(bulk_import: BulkImport) -> DeskFormat:
    """The format that the file was uploaded as."""
    model_admin: Any = _admin_of(bulk_import)
    found = [f for f in model_admin.get_import_formats() if f.name == bulk_import.format]
    return found[0]()  # type: ignore[no-any-return]


def resource_of(bulk_import: BulkImport) -> DeskResource:
    """The list that the file is for."""
    return _admin_of(bulk_import).resource_classes[0](by=bulk_import.owner)  # type: ignore[no-any-return]


def _language(bulk_import: BulkImport) -> str:
    own = getattr(bulk_import.owner, "language", "")
    return own or translation.get_language() or settings.LANGUAGE_CODE


def _proceed(bulk_import: BulkImport) -> None:
    """Do the next step here when it is small, else in a job."""
    if bulk_import.row_count <= settings.DESK_IMPORT_JOB_ROWS:
        run_import(bulk_import=bulk_import)
    else:
        _defer(bulk_import)
    bulk_import.refresh_from_db()


def _run(bulk_import: BulkImport) -> None:
    if not _may_import(bulk_import):
        reason = _("%(person)s may not import this any more.") % {"person": bulk_import.owner or _("The person")}
        _finish(bulk_import, State.FAILED, reason=reason)
        return
    if bulk_import.unrecorded:
        _record(bulk_import)
        return
    table = format_of(bulk_import).read(unsealed(bulk_import.content))
    bulk_import.row_count = len(table.rows)
    plan = Planner(resource_of(bulk_import), table).run(_reporter(bulk_import))
    _note_counts(bulk_import, plan)
    if plan.errors:
        _finish(bulk_import, State.FAILED, reason=_refusal(plan))
    elif not plan.entries:
        _finish(bulk_import, State.DONE, reason=_("Everything in the file is stored like this already."))
    elif bulk_import.state == State.CHECKING:
        bulk_import.preview = preview_of(plan)
        _hand_over(bulk_import, State.WAITING)
    else:
        _write(bulk_import, plan)


def _write(bulk_import: BulkImport, plan: Plan) -> None:
    renewed = BulkImport.objects.filter(pk=bulk_import.pk, claim=bulk_import.claim, state=State.IMPORTING)
    if not renewed.update(claimed_until=timezone.now() + CLAIM):
        raise Lost
    with transaction.atomic():
        bulk_import.content = b""
        _hand_over(bulk_import, State.IMPORTING)  # first, so that of two workers one waits here and then finds it done
        write(plan)
        created, changed = ([entry.instance.pk for entry in entries] for entries in (plan.created, plan.changed))
        bulk_import.unrecorded = [[ADDITION, *batch] for batch in batches(created, RECORDED_AT_ONCE)]
        bulk_import.unrecorded += [[CHANGE, *batch] for batch in batches(changed, RECORDED_AT_ONCE)]
        _hand_over(bulk_import, State.IMPORTING)
    _record(bulk_import)


def _record(bulk_import: BulkImport) -> None:
    """Keep versions and log entries of what was written, in short transactions, so that nobody has to wait long."""
    model = bulk_import.subject_model
    _note_recorded(bulk_import)
    while model is not None and bulk_import.unrecorded:
        flag, *ids = bulk_import.unrecorded.pop(0)
        with transaction.atomic():
            _hand_over(bulk_import, State.IMPORTING)
            record(model=model, ids=ids, flag=flag, user=bulk_import.owner, file_name=bulk_import.file_name)
        _note_recorded(bulk_import)
    _finish(bulk_import, State.DONE)


def _note_recorded(bulk_import: BulkImport) -> None:
    left = sum(len(batch) - 1 for batch in bulk_import.unrecorded)
    note_progress(bulk_import, bulk_import.row_count - left, is_written=True)


def _finish(bulk_import: BulkImport, state: BulkImport.State, *, reason: str = "") -> None:
    """End an import; the file is deleted. Raises Lost where this process no longer has it."""
    bulk_import.content = b""
    bulk_import.reason = reason
    bulk_import.finished_at = timezone.now()
    _hand_over(bulk_import, state)


def _hand_over(bulk_import: BulkImport, state: BulkImport.State) -> None:
    """Store what was found out, if this process still has the import. Raises Lost where it has not."""
    names = ["reason", "content", "row_count", "notes", "errors", "error_count", "preview", "finished_at"]
    names += ["new_count", "changed_count", "unchanged_count", "unrecorded"]
    mine = BulkImport.objects.filter(pk=bulk_import.pk, claim=bulk_import.claim, state=bulk_import.state)
    # Whoever confirms may do so at once, before this process has put everything away.
    free = {"claimed_until": None} if state == State.WAITING else {}
    if not mine.update(state=state, attempts=0, **free, **{name: getattr(bulk_import, name) for name in names}):
        raise Lost


@contextmanager
def _claimed(bulk_import: BulkImport) -> Iterator[bool]:
    """Have the import for this process alone. Yields False where it is taken, over, or was tried too often."""
    claim = uuid.uuid4()
    free = BulkImport.objects.unclaimed().filter(pk=bulk_import.pk, state__in=[State.CHECKING, State.IMPORTING])
    taken = free.update(claim=claim, claimed_until=timezone.now() + CLAIM, attempts=F("attempts") + 1)
    bulk_import.refresh_from_db()
    if taken and bulk_import.attempts > MAX_ATTEMPTS:
        _give_up(bulk_import)
        taken = 0
    try:
        yield bool(taken)
    finally:
        BulkImport.objects.filter(pk=bulk_import.pk, claim=claim).update(claim=None, claimed_until=None)


def _give_up(bulk_import: BulkImport) -> None:
    if bulk_import.unrecorded:
        reason = _("Everything was imported, but not every row has a version to go back to.")
        _finish(bulk_import, State.DONE, reason=reason)
    else:
        _finish(bulk_import, State.FAILED, reason=_("It was tried three times and broken off each time."))


def _note_counts(bulk_import: BulkImport, plan: Plan) -> None:
    wrong = {error.row for error in plan.errors}  # each row counts once
    bulk_import.new_count = sum(entry.row not in wrong for entry in plan.created)
    bulk_import.changed_count = sum(entry.row not in wrong for entry in plan.changed)
    bulk_import.unchanged_count = plan.unchanged
    bulk_import.error_count = len(wrong)
    bulk_import.notes = plan.notes[:MAX_ERRORS]
    bulk_import.errors = [[error.row, error.column, error.message] for error in plan.errors[:MAX_ERRORS]]


def _refusal(plan: Plan) -> str:
    count = len({error.row for error in plan.errors})
    message = ngettext(
        "%(count)d row cannot be imported, so nothing was. Correct the file and upload it again.",
        "%(count)d rows cannot be imported, so nothing was. Correct the file and upload it again.",
        count,
    )
    return message % {"count": count}


def _may_import(bulk_import: BulkImport) -> bool:
    owner: Any = bulk_import.owner
    model = bulk_import.subject_model
    if owner is None or not owner.is_active or not owner.is_staff or model is None:
        return False
    names = [f"{model._meta.app_label}.{act}_{model._meta.model_name}" for act in ("add", "change")]
    return bool(owner.has_perms(names))


def _admin_of(bulk_import: BulkImport) -> Any:
    model = bulk_import.subject_model
    if model is None:
        raise FileRefused(_("This list no longer exists."))
    return admin.site.get_model_admin(model)


def _reporter(bulk_import: BulkImport) -> Callable[[int], None]:
    """Says how many rows are done, and that this process still lives."""

    def report(done: int) -> None:
        note_progress(bulk_import, done)
        if done % 2000 == 0:
            mine = BulkImport.objects.filter(pk=bulk_import.pk, claim=bulk_import.claim, state=bulk_import.state)
            if not mine.update(claimed_until=timezone.now() + RENEWED_CLAIM):
                raise Lost

    return report


def _progress_key(bulk_import: BulkImport) -> str:
    return f"import-progress:{bulk_import.uuid}:{bulk_import.state}"


def _defer(bulk_import: BulkImport) -> None:
    name = f"import-{bulk_import.pk}-{bulk_import.state}"
    defer("apps.core.importing.tasks.run_import", bulk_import.pk, unique=name, queue="low", timeout=JOB_SECONDS)
