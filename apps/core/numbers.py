"""Whole numbers that came as text."""

MAX_DIGITS = 18  # whatever is shorter fits into a column of any database


def read_number(text: str) -> int | None:
    """The number, an id for example, that somebody wrote into an address or a form; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None
