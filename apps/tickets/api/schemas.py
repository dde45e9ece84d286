"""What the API takes and gives. Fields "for agents" are left out of what a customer's token gets."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StrictBool, StringConstraints

from apps.core.api_types import Id, Input, Moment, MomentIn, Named, absent, one_of
from apps.tickets.attachments import MAX_FILES
from apps.tickets.models import CustomField, Message, Ticket, TicketEvent
from apps.tickets.texts import MAX_COPIES, MAX_LINE, MAX_TEXT

MAX_HTML = 1_000_000
FOR_AGENTS = "For agents."
Status = Annotated[Ticket.Status, one_of(Ticket.Status)]
Priority = Annotated[Ticket.Priority, one_of(Ticket.Priority)]
Direction = Annotated[Message.Direction, one_of(Message.Direction)]
NoteKind = Annotated[Message.Kind, one_of(Message.Kind)]
FieldKind = Annotated[CustomField.Kind, one_of(CustomField.Kind)]
EventKind = Annotated[TicketEvent.Kind, one_of(TicketEvent.Kind)]
Face = Annotated[TicketEvent.Face, one_of(TicketEvent.Face)]
Text = Annotated[str, StringConstraints(max_length=MAX_TEXT)]
Html = Annotated[str, Field(max_length=MAX_HTML, description="Cleaned before it is kept.")]
Subject = Annotated[str, StringConstraints(min_length=1, max_length=MAX_LINE)]
Copies = Annotated[list[Annotated[str, StringConstraints(max_length=254)]], Field(max_length=MAX_COPIES)]
Files = Annotated[list[Id], Field(max_length=MAX_FILES, description="Ids that POST /attachments gave.")]


class FieldIn(Input):
    """The value of a custom field: text, a number with a point, 2026-11-21, or 1 and nothing for a checkbox."""

    id: Id
    value: Annotated[str, StringConstraints(max_length=CustomField.MAX_LENGTH)]


Fields = Annotated[list[FieldIn], Field(max_length=100, description="Of an id that comes twice the last value counts.")]


class TicketIn(Input):
    """A new ticket. `text` or `html` or a file is needed."""

    department: Id
    subject: Subject
    text: Text = ""
    html: Html = ""
    fields: Fields = []
    attachments: Files = []
    brand: Id = absent(description="Otherwise the brand of the host name.")
    language: Literal["", "en", "de", "es"] = ""
    priority: Priority = Field(default=Ticket.Priority.NORMAL, description=FOR_AGENTS)
    cc: Copies = Field(default=[], description=FOR_AGENTS)
    customer: Id = absent(description="For agents: whose ticket it is. Otherwise `name` and `email` say it.")
    name: Annotated[str, StringConstraints(max_length=100)] = Field(default="", description=FOR_AGENTS)
    email: Annotated[str, StringConstraints(max_length=254)] = Field(default="", description=FOR_AGENTS)
    direction: Literal["in", "out"] = Field(
        default="in", description="For agents: `in` is what the customer said, `out` a first message to the customer."
    )


class TicketPatch(Input):
    """What to change; all of it or, where one part cannot be done, nothing. Customers change the status alone."""

    status: Status = absent(description="Customers: `closed` or `active`.")
    subject: Subject = absent(description=FOR_AGENTS)
    priority: Priority = absent(description=FOR_AGENTS)
    department: Id = absent(description="For agents: transfers the ticket.")
    agent: Id | None = absent(description="For agents: null gives it to nobody.")
    is_pinned: StrictBool = absent(description=FOR_AGENTS)
    follow_up_at: MomentIn | None = absent(description="For agents: today or later, null for none.")
    follow_up_note: Annotated[str, StringConstraints(max_length=MAX_LINE)] = absent(description=FOR_AGENTS)
    fields: Fields = absent(description=FOR_AGENTS)


class MessageIn(Input):
    """A customer's message, or an agent's reply or note. `text` or `html` or a file is needed."""

    text: Text = ""
    html: Html = ""
    attachments: Files = []
    direction: Literal["in", "out", "note"] = absent(description="For agents: `out` (usual) or `note`.")
    kind: NoteKind = Field(default=Message.Kind.GENERAL, description="Of a note.")
    cc: Copies = Field(default=[], description="Of a reply.")
    status: Status = Field(default=Ticket.Status.WAITING, description="What the ticket is after a reply.")
    seen_message: Id = absent(
        description="Of a reply: the newest message that you know. Where the customer has written or another agent "
        "has replied since, nothing is sent and the answer is 409 with the code reply_crossed."
    )


class Customer(BaseModel):
    """Whose ticket it is; `id` is null for somebody without an account."""

    id: int | None
    name: str
    email: str


class TicketItem(BaseModel):
    """A ticket in a list."""

    number: str
    subject: str
    status: Status
    priority: Priority
    brand: Named
    department: Named
    customer: Customer
    language: str
    created_at: Moment
    last_activity_at: Moment
    closed_at: Moment | None
    agent: Named | None = absent(description=FOR_AGENTS)
    is_pinned: bool = absent(description=FOR_AGENTS)
    follow_up_at: Moment | None = absent(description=FOR_AGENTS)
    follow_up_note: str = absent(description=FOR_AGENTS)
    idle_since: Moment | None = absent(description=FOR_AGENTS)
    first_replied_at: Moment | None = absent(description=FOR_AGENTS)
    transferred_at: Moment | None = absent(description=FOR_AGENTS)
    in_count: int = absent(description="For agents: messages from the customer.")
    out_count: int = absent(description="For agents: replies.")


class FieldOut(BaseModel):
    """A custom field of a ticket."""

    id: int
    name: str
    kind: FieldKind
    value: str


class TicketOut(TicketItem):
    """A whole ticket. A merged one is locked and `merged_into` names the ticket it lives on in."""

    fields: list[FieldOut]
    merged_into: str | None


class FileOut(BaseModel):
    """A file of a message, or one that is uploaded and in no message yet."""

    id: int
    name: str
    size: int
    content_type: str
    sha256: str
    created_at: Moment


class MessageOut(BaseModel):
    """A message. `html` is cleaned and still a stranger's: show it in a sandbox."""

    id: int
    direction: Direction
    author_name: str
    text: str
    html: str
    attachments: list[FileOut]
    created_at: Moment
    kind: NoteKind = absent(description="For agents: of a note.")
    author: int | None = absent(description="For agents: the person's id.")
    cc: list[str] = absent(description=FOR_AGENTS)
    visible_at: Moment = absent(description="For agents: when the customer sees it, or saw it first.")


class EventOut(BaseModel):
    """A line of a ticket's history. What `data` holds depends on `kind`: mostly [before, after] by field."""

    id: int
    kind: EventKind
    actor: int | None
    actor_name: str
    face: Face
    data: dict[str, Any]
    created_at: Moment


class CustomFieldOut(BaseModel):
    """A custom field of a department."""

    id: int
    name: str
    kind: FieldKind
    choices: list[str]
    help_text: str
    is_required: bool
