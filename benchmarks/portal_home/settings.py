"""The project's settings with one more address: a bare view behind the same middleware."""

from project.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.portal_home.urls"
