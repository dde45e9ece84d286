"""Is this installation well? What the health pages and the management interface's first page show."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue, Worker
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

CRON_SEEN_AT = "desk:cron:seen_at"  # a unix timestamp, written by the cron command at each tick
TIMEOUT = 1.0  # seconds: a health page that hangs says nothing


@dataclass(frozen=True)
class HealthReport:
    """How the parts of this installation are. Unknown times are None; without Valkey the numbers are 0."""

    database_ok: bool
    valkey_ok: bool
    worker_seen_at: datetime | None = None
    cron_seen_at: datetime | None = None
    oldest_job_seconds: int | None = None
    waiting_jobs: int = 0
    failed_jobs: int = 0

    @property
    def is_ready(self) -> bool:
        """Whether pages can be served."""
        return self.database_ok and self.valkey_ok


def report() -> HealthReport:
    """Ask the database and Valkey how they are; takes about a second where they do not answer. Raises nothing."""
    valkey = Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=TIMEOUT, socket_timeout=TIMEOUT, retry=Retry(NoBackoff(), 0)
    )
    database_ok = _database_answers()
    try:
        return _report_of(valkey, database_ok)
    except RedisError:
        return HealthReport(database_ok=database_ok, valkey_ok=False)
    finally:
        valkey.close()


def _report_of(valkey: Redis, database_ok: bool) -> HealthReport:
    valkey.ping()
    queues = [Queue(name, connection=valkey, serializer=JSONSerializer) for name in settings.RQ_QUEUES]
    heartbeats = [worker.last_heartbeat for worker in Worker.all(connection=valkey) if worker.last_heartbeat]
    ages = [age for queue in queues if (age := _age_of_first_job(queue)) is not None]
    failed = [FailedJobRegistry(queue=queue).get_job_count(cleanup=False) for queue in queues]
    return HealthReport(
        database_ok=database_ok,
        valkey_ok=True,
        worker_seen_at=max(heartbeats, default=None),
        cron_seen_at=_time_in(valkey, CRON_SEEN_AT),
        oldest_job_seconds=max(ages, default=None),
        waiting_jobs=sum(queue.count for queue in queues),
        failed_jobs=sum(failed),
    )


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _age_of_first_job(queue: Queue) -> int | None:
    for job_id in queue.get_job_ids(0, 1):
        try:
            job = Job.fetch(job_id, connection=queue.connection, serializer=JSONSerializer)
        except NoSuchJobError:
            return None
        return max(0, int((timezone.now() - job.enqueued_at).total_seconds())) if job.enqueued_at else None
    return None


def _time_in(valkey: Redis, key: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(valkey.get(key)), UTC)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether pages can be served (200 or 503) and how old the signs of life of worker and cron are, in seconds."""
    health = report()
    answer = {
        "database": health.database_ok,
        "valkey": health.valkey_ok,
        "worker_seen_seconds_ago": _seconds_since(health.worker_seen_at),
        "cron_seen_seconds_ago": _seconds_since(health.cron_seen_at),
        "oldest_job_seconds": health.oldest_job_seconds,
        "waiting_jobs": health.waiting_jobs,
        "failed_jobs": health.failed_jobs,
    }
    return JsonResponse(answer, status=200 if health.is_ready else 503)


def _seconds_since(moment: datetime | None) -> int | None:
    return max(0, int((timezone.now() - moment).total_seconds())) if moment else None
