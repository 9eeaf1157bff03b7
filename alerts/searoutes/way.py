"""What is known of a way by sea; apart from the search, which is heavy to import."""

from dataclasses import dataclass

from communities.sphere import Position


@dataclass(frozen=True, slots=True)
class Way:
    """A way by water from an origin to a target.

    `distance_m` counts the straight ends between the places and the nearest water (`snapped_m`: at the
    origin, at the target), so it is never less than the great circle; None where there is no way. `path` runs
    from origin to target in `(lon, lat)`, empty where there is no way. Flags: `coarse`, found on the chart of
    the world; `unreachable`, on an inland water or too far from the sea; `not_covered`, outside every chart;
    `great_circle`, not searched: the straight line, which may cross land.
    """

    distance_m: float | None
    path: tuple[Position, ...]
    snapped_m: tuple[float, float] = (0.0, 0.0)
    flags: tuple[str, ...] = ()

    @property
    def reachable(self) -> bool | None:
        """Whether there is a way by water; None: not known."""
        if {"great_circle", "not_covered"} & set(self.flags):
            return None
        return self.distance_m is not None

    @property
    def method(self) -> str:
        """How it was found: sea, sea_coarse, inland or great_circle; else why it was not."""
        for flag in ("great_circle", "not_covered", "unreachable"):
            if flag in self.flags:
                return flag
        if "inland" in self.flags:
            return "inland"
        return "sea_coarse" if "coarse" in self.flags else "sea"

    def back(self) -> "Way":
        """Give the same way from the target to the origin."""
        return Way(self.distance_m, self.path[::-1], self.snapped_m[::-1], self.flags)
