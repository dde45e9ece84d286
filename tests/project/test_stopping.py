"""Signals that arrive at any moment."""

import os
import signal
import threading
import time

import pytest

from project.run import Stopping

pytestmark = pytest.mark.once


def test_it_hears_every_one_of_many_signals():
    before = signal.getsignal(signal.SIGUSR1)
    stopping, done = Stopping(), threading.Event()
    signal.signal(signal.SIGUSR1, stopping.ask)

    def shower():
        while not done.is_set():
            os.kill(os.getpid(), signal.SIGUSR1)

    thread = threading.Thread(target=shower)
    thread.start()
    try:
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            stopping.wait(0)  # with a lock inside, a handler met it here sooner or later and hung
    finally:
        done.set()
        thread.join()
        signal.signal(signal.SIGUSR1, before)
    assert stopping.is_set()
