"""The worker: RQ's, with no process left behind when it is killed."""

import os
import signal
from functools import partial
from typing import Any

from django.db import connections
from rq import Worker
from rq.executions import Execution
from rq.job import Job
from rq.queue import Queue

from apps.core.processes import die_with_parent

MAINTENANCE_SECONDS = 60


class DeskWorker(Worker):
    """RQ's worker. Work-horse and scheduler die with it, also after SIGKILL, so that Ctrl-C leaves nothing running.

    What a killed worker had begun is found and tried again within minutes (RQ's default is a look each ten).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"maintenance_interval": MAINTENANCE_SECONDS, **kwargs})
        self._started_by = os.getppid()

    def work(self, *args: Any, **kwargs: Any) -> bool:
        os.register_at_fork(after_in_child=partial(die_with_parent, signal.SIGKILL))
        return super().work(*args, **kwargs)

    def handle_warm_shutdown_request(self) -> None:
        """Wait for the running job only while whoever started this worker is still there."""
        if self.horse_pid and os.getppid() != self._started_by:
            self.kill_horse()

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        try:
            return super().perform_job(job, queue, execution)
        finally:
            connections.close_all()
