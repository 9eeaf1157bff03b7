"""How texts would read what an officer writes down of a place, asked before it is saved."""

from django.utils.translation import gettext as _

from communities import charts, names
from communities.sphere import Position
from reports import reading
from reports.reading.mentions import PLACE_WORDS
from reports.reading.ordinary import ORDINARY
from reports.reading.pairs import in_service_box
from reports.reading.place_index import Place, PlaceIndex
from reports.taxonomy import IncidentType

#: Ways in which a text gives a place; a name is of use where one of them is understood.
SAID = ("{}", "tolong {}", "dekat {}", "malapit sa {}", "gan {}", "near {}", "ใกล้{}")


def read_position(text: str) -> Position:
    """Read a position in any notation that a report may use, as (lon, lat); raise ValueError with a sentence.

    What is plain to an officer's form is read by it; of two meanings the officer chooses.
    """
    try:
        return charts.read_position(text)
    except ValueError:
        found = reading.read(text)
    if found.position_status == "ok":
        return found.position
    if found.position_status == "ambiguous" and len(found.candidates) > 1:
        likely = [charts.position_text(lon, lat) for lon, lat, *_rest in found.candidates[:2]]
        raise ValueError(_("It could be %(one)s or %(two)s.") % {"one": likely[0], "two": likely[1]})
    raise ValueError(
        _("The position cannot be read. Write it like 04-35.21N 118-40.91E, or click on the chart.")
    )


def refuse_name(name: str) -> None:
    """Raise ValueError with a sentence where `name` is none: one letter, a word of every day, a danger."""
    words = names.fold(name).split()
    if len("".join(words)) < 2:
        raise ValueError(_("One letter is no name."))
    if len(words) == 1 and words[0] in ORDINARY | PLACE_WORDS:
        raise ValueError(_("%(name)s is a word that texts use for other things.") % {"name": words[0]})
    plain = all(word in ORDINARY for word in words) and words[0] not in PLACE_WORDS
    if plain and reading.read(name).type != IncidentType.UNCLASSIFIED:
        raise ValueError(_("Texts that say this report a danger, not a place."))


def refuse_position(position: Position) -> None:
    """Raise ValueError with a sentence where nobody answers whom a name at (lon, lat) could help."""
    if not in_service_box(*position):
        raise ValueError(_("This is outside the waters that the service answers for."))


def is_understood(name: str) -> bool:
    """Tell whether a text with this name alone to go by would be given a position."""
    index = PlaceIndex([(Place(name, 100.4, 4.2, "fishing_ground"), names.search_names(name))])
    folded = names.fold(name)
    return any(reading.read(said.format(folded), places=index).position is not None for said in SAID)
