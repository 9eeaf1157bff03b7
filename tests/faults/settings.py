"""The service's own settings, with crash points that kill and a host clock that jumps: for harness processes only."""

import os
from pathlib import Path

from config.settings import *  # noqa: F403
from tests.faults import arming

_FOLDER = Path(os.environ["SUAR_FAULTS"])
CELERY_BEAT_SCHEDULE_FILENAME = str(_FOLDER / "beat-schedule")
arming.set_hook(_FOLDER)
arming.set_clock(_FOLDER)
