"""`Idempotency-Key`: a POST that is sent again, because its answer was lost, is carried out once.

After draft-ietf-httpapi-idempotency-key-header.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Header, Status
from pydantic import BaseModel

from apps.core.idempotency_models import IdempotencyRecord
from apps.core.locks import try_lock
from apps.core.problems import Problem

KEPT = timedelta(hours=24)
RETRY_SECONDS = 1
REPLAYED = "Idempotency-Replayed"
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=255,
        pattern=r"^[\x20-\x7e]*$",
        description="Any text of your own, another one for each act. The same request with the same key within a day "
        "is carried out once and answered the same.",
    ),
]


def idempotent(operation: Callable[..., Status[Any]]) -> Callable[..., HttpResponse | Status[Any]]:
    """Carry out an operation once for each key of a person.

    operation: takes `key: IdempotencyKey` and returns a `Status` with a schema; what it raises is not kept, so it can
    be tried again. Raises Problem: 422 where the key was used for another request, 409 while that one is under way.
    """

    @wraps(operation)
    def once(request: HttpRequest, **values: Any) -> HttpResponse | Status[Any]:
        key = values["key"]
        if not key:
            return operation(request, **values)
        with transaction.atomic():
            return _kept(request, key) or _carried_out(request, key, lambda: operation(request, **values))

    return once


def _kept(request: HttpRequest, key: str) -> HttpResponse | None:
    """The answer of the earlier request with this key; where there is none, this transaction holds the key."""
    if not try_lock(f"idempotency.{request.user.pk}.{key}"):
        raise Problem(
            409,
            "in_progress",
            "A request with this key is being carried out.",
            headers={"Retry-After": str(RETRY_SECONDS)},
        )
    records = IdempotencyRecord.objects.filter(person_id=request.user.pk, key=key)
    records.filter(created_at__lte=timezone.now() - KEPT).delete()
    record = records.first()
    if record is None:
        return None
    if record.fingerprint != fingerprint(request):
        raise Problem(422, "key_reused", "This key was used for another request. Take a new one.")
    return _answer(record, replayed=True)


def _carried_out(request: HttpRequest, key: str, act: Callable[[], Status[Any]]) -> HttpResponse:
    result: Status[BaseModel] = act()
    record = IdempotencyRecord.objects.create(
        person=request.user,  # type: ignore[misc]  # the API knows no anonymous user
        key=key,
        fingerprint=fingerprint(request),
        status=result.status_code,
        body=result.value.model_dump_json(exclude_unset=True),
    )
    return _answer(record, replayed=False)


def _answer(record: IdempotencyRecord, *, replayed: bool) -> HttpResponse:
    headers = {REPLAYED: "true"} if replayed else {}
    return HttpResponse(record.body, "application/json; charset=utf-8", record.status, headers=headers)


def fingerprint(request: HttpRequest) -> str:
    """Changes with the method, the address and every part of the body, files included."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type != "multipart/form-data":
        digest.update(request.body)
        return digest.hexdigest()
    for name, value in sorted((name, value) for name, values in request.POST.lists() for value in values):
        digest.update(repr((name, value)).encode())
    for name in sorted(request.FILES):  # not the whole: the boundary between the parts differs each time
        for file in request.FILES.getlist(name):
            digest.update(repr((name, file.name, file.size)).encode())
            file.seek(0)
            for piece in file.chunks():
                digest.update(piece)
            file.seek(0)
    return digest.hexdigest()


def delete_old_records() -> None:
    """Delete answers that are kept no longer; hourly."""
    IdempotencyRecord.objects.filter(created_at__lte=timezone.now() - KEPT).delete()
