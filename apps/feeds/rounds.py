"""A round: refresh what is due, several feeds at a time, and stop after a while."""

import logging
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime

from django.db import DatabaseError
from django.utils import timezone

from apps.feeds import errands, leases, recording
from apps.feeds.errands import Findings, Surroundings
from apps.feeds.fetching.forkserver import ForkServer

logger = logging.getLogger(__name__)


class Round:
    """Threads wait for children; this thread alone speaks to the database."""

    def __init__(self, *, around: Surroundings, threads: int, seconds: float) -> None:
        self._around = around
        self._threads = threads
        self._end = time.monotonic() + seconds
        self._running: set[Future[Findings]] = set()
        self.count = 0

    def run(self, server: ForkServer) -> int:
        """Work until nothing is due or time is up; returns the number of feeds that were refreshed."""
        leases.ensure_states()
        with ThreadPoolExecutor(self._threads) as pool:
            while True:
                free = self._threads - len(self._running) if time.monotonic() < self._end else 0
                taken = leases.take_due(limit=free) if free else []
                for lease in taken:
                    self._running.add(pool.submit(errands.run, errands.plan(lease, self._around), server))
                if not self._running and not self._wait_for_a_host():
                    return self.count
                self._collect()

    def _collect(self) -> None:
        if not self._running:
            return
        done, self._running = wait(self._running, timeout=0.5, return_when=FIRST_COMPLETED)
        for future in done:
            findings = future.result()
            self.count += 1
            try:
                recording.record(findings)
            except DatabaseError as error:  # its lease runs out and it is tried again; the others go on
                logger.warning("feed %s was not stored: %s", findings.lease.feed.pk, type(error).__name__)

    def _wait_for_a_host(self) -> bool:
        """Sleep until a busy host is free again; False where there is nothing to wait for."""
        moment = leases.next_moment() if time.monotonic() < self._end else None
        if moment is None:
            return False
        left = min(_seconds_until(moment), self._end - time.monotonic())
        time.sleep(max(0.01, min(left, 1.0)))
        return True


def _seconds_until(moment: datetime) -> float:
    return (moment - timezone.now()).total_seconds()
