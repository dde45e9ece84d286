import logging
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections
from redis.exceptions import RedisError

from apps.core import valkey
from apps.core.recurring import tick
from project.jobs import RECURRING

logger = logging.getLogger(__name__)
PAUSE_SECONDS = 3.0


class Command(BaseCommand):
    help = "Defers the recurring tasks of project/jobs.py when they are due. Several may run, on any host."

    def handle(self, *args: Any, **options: Any) -> None:
        away = False
        while True:
            try:
                tick(RECURRING, valkey=valkey.client(), now=time.time())
            except (RedisError, DatabaseError) as error:
                if not away:
                    logger.warning("Cron waits until it can go on: %s", type(error).__name__)
                away = True
            else:
                if away:
                    logger.warning("Cron goes on.")
                away = False
            close_old_connections()
            time.sleep(PAUSE_SECONDS)
