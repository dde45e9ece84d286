"""The worker: RQ's, with no process left behind when it is killed."""

import ctypes
import signal

from rq import Worker
from rq.job import Job
from rq.queue import Queue

PR_SET_PDEATHSIG = 1  # prctl(2)


class DeskWorker(Worker):
    """RQ's worker. Its work-horse dies with it, also after SIGKILL, so that Ctrl-C leaves nothing running."""

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        super().main_work_horse(job, queue)
