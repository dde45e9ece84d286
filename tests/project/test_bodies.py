"""Where request bodies are kept until a page reads them."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from project import bodies

MEBIBYTE = 1024 * 1024
pytestmark = pytest.mark.once


def finished(coroutine):
    """What a coroutine returns. In a thread of its own, because the browser's loop may be running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def sender(content):
    """A `receive` that gives out `content` in pieces of an odd size."""
    pieces = [content[start : start + 60_001] for start in range(0, len(content), 60_001)]

    async def receive():
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    return receive


async def read_back(body):
    receive = bodies.replay(body)
    message, pieces = {"more_body": True}, []
    while message["more_body"]:
        message = await receive()
        pieces.append(message["body"])
    return b"".join(pieces)


def open_files():
    """What is in the files that this process has open and nobody can find by name."""
    found = []
    for link in Path("/proc/self/fd").iterdir():
        try:
            if os.readlink(link).endswith("(deleted)"):
                found.append(link.read_bytes())
        except OSError:  # the folder's own
            continue
    return found


@pytest.mark.parametrize("size", [10, MEBIBYTE, 12 * MEBIBYTE + 5])
def test_it_gives_back_what_it_took(size):
    content = os.urandom(size)
    with finished(bodies.take(sender(content), limit=size)) as body:
        assert body.length == size
        assert finished(read_back(body)) == content


def test_it_keeps_long_bodies_on_disk_but_not_in_clear():
    content = b"name,password\nShop,open-sesame\n" * 200_000
    with finished(bodies.take(sender(content), limit=len(content))):
        files = [file for file in open_files() if len(file) > 5 * MEBIBYTE]
        assert files
        assert not any(b"open-sesame" in file for file in files)


def test_it_keeps_short_bodies_off_the_disk():
    before = len(open_files())
    with finished(bodies.take(sender(b"x" * MEBIBYTE), limit=MEBIBYTE)):
        assert len(open_files()) == before
