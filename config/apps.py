from django.apps import AppConfig


class WiringConfig(AppConfig):
    name = "config"
    verbose_name = "Configuration"

    def ready(self) -> None:
        from config import celery, checks  # noqa: F401  the Celery app that tasks bind to; system checks
