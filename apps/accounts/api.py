"""The API's operations on departments."""

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Router
from pydantic import BaseModel

from apps.accounts.bearer import Bearer
from apps.accounts.models import Department, User
from apps.accounts.token_models import Scope
from apps.core.paging import Cursor, Limit, Page, page_of

router = Router(tags=["Departments"])


class DepartmentOut(BaseModel):
    """A group of agents."""

    id: int
    name: str
    description: str
    is_public: bool
    is_member: bool


def departments_for(request: HttpRequest) -> QuerySet[Department]:
    """The departments that a person may name: agents those they can pass tickets to, customers those they can ask."""
    person: User = request.user  # type: ignore[assignment]
    if not person.is_staff:
        return Department.objects.for_brand(request.brand).public()  # type: ignore[attr-defined]
    if person.has_perm("tickets.transfer_ticket"):
        return Department.objects.filter(is_active=True)
    return Department.objects.visible_to(person).filter(is_active=True)


@router.get("/departments", response=Page[DepartmentOut], auth=Bearer(Scope.DEPARTMENTS_READ))
def list_departments(request: HttpRequest, limit: Limit = 50, cursor: Cursor = "") -> Page[DepartmentOut]:
    """The departments that this person can open tickets in or pass tickets to."""
    rows, following = page_of(departments_for(request), request=request, order="pk", limit=limit, cursor=cursor)
    own = set(request.user.department_ids)  # type: ignore[union-attr]
    items = [
        DepartmentOut(id=d.pk, name=d.name, description=d.description, is_public=d.is_public, is_member=d.pk in own)
        for d in rows
    ]
    return Page[DepartmentOut](items=items, next=following)
