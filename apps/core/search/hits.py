"""What a search gives back."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hit:
    """One document. `position` is its place: the newest has the highest."""

    kind: str
    object_id: int
    group_id: int
    position: int


@dataclass(frozen=True)
class GroupPage:
    """The newest hit of each group, newest first; `next` is the next page's `before`, None at the end."""

    hits: list[Hit]
    next: int | None
