from alerts.models.advisories import Advisory
from alerts.models.alarms import Alarm, AlarmText
from alerts.models.console import ChecklistTick, DeskAct, Note
from alerts.models.dispatches import Dispatch, DispatchTransition, Escalation
from alerts.models.messages import InboundMessage, Notification
from alerts.models.pulses import Pulse
from alerts.models.rankings import AskedRanking
from alerts.models.saved_views import SavedView
from alerts.models.sector_ladders import SectorLadder
from alerts.models.shift import DeskEntry, Handover
from alerts.models.tracks import UnitTrack
from alerts.models.units import PatrolUnit, Station, UnitPosition, UnitStatusChange
from alerts.models.vessels import Beacon, Vessel
from alerts.models.watches import Watch
from alerts.models.weather import SceneWeather

__all__ = [
    "Advisory",
    "Alarm",
    "AlarmText",
    "AskedRanking",
    "Beacon",
    "ChecklistTick",
    "DeskAct",
    "DeskEntry",
    "Dispatch",
    "DispatchTransition",
    "Escalation",
    "Handover",
    "InboundMessage",
    "Note",
    "Notification",
    "PatrolUnit",
    "Pulse",
    "SavedView",
    "SceneWeather",
    "SectorLadder",
    "Station",
    "UnitPosition",
    "UnitStatusChange",
    "UnitTrack",
    "Vessel",
    "Watch",
]
