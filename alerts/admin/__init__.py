"""The admin of everything that moves units: the queue of incidents, the fleet, the record of what was said.

`queue` lists, `incident_page` shows one incident, `acts` (with their `forms`) are what an officer does to it,
`fleet` is edited, `records` are only read; `watch` shows what is wrong with the service itself.
"""

from alerts.admin import fleet, queue, records, sector_ladders, watch

__all__ = ["fleet", "queue", "records", "sector_ladders", "watch"]
