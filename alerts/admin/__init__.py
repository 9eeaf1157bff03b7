"""The admin of everything that moves units: the queue of incidents, the fleet, the record of what was said.

`queue` lists and shows incidents (what an officer does to one is in `alerts.console.acts`), `fleet` is
edited, `records` are only read; `watch` shows what is wrong with the service itself.
"""

from alerts.admin import fleet, queue, records, sector_ladders, watch
from alerts.console.access import scope_of
from communities.admin import RoleAdmin

__all__ = ["fleet", "queue", "records", "sector_ladders", "watch"]

RoleAdmin.desk_sight = staticmethod(lambda user, rows, of: scope_of(user).rows(rows, of))
