import csv
import gzip
import io

import pytest
from django.core.management import CommandError, call_command

from communities import names, places
from communities.models import Place
from communities.sphere import great_circle_m
from tests import factories

HEADER = "name,alt_names,kind,lat,lon,country,source,source_id\n"
GOOD = (
    "Pulau Pangkor,,island,4.22000,100.56000,MY,compiled,\n"
    "Pulau Sipadan,Sipadan Island|Sepadan,island,4.11500,118.62900,MY,compiled,\n"
    "Lumut,MYLUM,port,4.23333,100.63333,MY,NGA WPI,49890\n"
    "Lumut,BNLUM,port,4.71667,114.45000,BN,NGA WPI,51635\n"
)


@pytest.fixture
def gazetteer(tmp_path):
    """Write a gazetteer file with these lines after its header."""

    def write(lines=GOOD, header=HEADER):
        path = tmp_path / "places.csv"
        path.write_bytes((header + lines).encode() if isinstance(lines, str) else lines)
        return path

    return write


def run(*args, **options):
    out = io.StringIO()
    call_command("import_places", *map(str, args), stdout=out, skip_checks=True, **options)
    return out.getvalue()


@pytest.mark.django_db
class TestFind:
    @pytest.fixture(autouse=True)
    def imported(self, gazetteer):
        places.import_rows(places.read_file(gazetteer()))

    @pytest.mark.parametrize("typed", ["Pulau Sipadan", "P. SIPADAN", "sipadan", "Sipadan Is.", "sepadan"])
    def test_a_place_answers_to_every_spelling(self, typed):
        assert [place.name for place in places.find(typed)] == ["Pulau Sipadan"]

    def test_the_nearest_of_one_name_comes_first_with_its_distance(self):
        first, second = places.find("lumut", near=factories.OFF_PANGKOR)
        assert (first.country, second.country) == ("MY", "BN")
        assert first.distance_m == pytest.approx(
            great_circle_m(factories.OFF_PANGKOR, factories.LUMUT), rel=1e-6
        )

    def test_the_whole_name_counts_before_a_part_of_it(self):
        factories.Place(name="Pangkor", search_names=["pangkor"], kind="coastal_town")
        assert [place.kind for place in places.find("Pulau Pangkor")] == ["island"]
        assert {place.kind for place in places.find("Pangkor")} == {"island", "coastal_town"}

    def test_no_more_than_asked_for(self):
        assert len(places.find("lumut", limit=1)) == 1

    @pytest.mark.parametrize("typed", ["", "   ", "Atlantis", "\0", "\ud800", "%", "'; --", "x" * 9999])
    def test_what_is_no_place_finds_none(self, typed):
        assert places.find(typed) == []
        assert places.find(typed, near=factories.OFF_PANGKOR) == []

    def test_the_nearest_place_of_a_kind(self):
        (place,) = places.nearest(factories.OFF_PANGKOR, kinds=["port"])
        assert (place.name, place.country) == ("Lumut", "MY")
        assert [place.name for place in places.nearest(factories.OFF_PANGKOR, limit=2)] == [
            "Pulau Pangkor",
            "Lumut",
        ]


@pytest.mark.django_db
def test_nearest_first_reads_an_index_and_not_the_table(django_db_setup):
    Place.objects.bulk_create(
        factories.Place.build(
            position=factories.point((95 + n % 400 / 10, -10 + n // 400)), source_id=f"grid {n}"
        )
        for n in range(4000)
    )
    places._settle_indexes()
    plan = places._nearest_first(Place.objects.all(), factories.OFF_PANGKOR)[:5].explain()
    assert "Index Scan" in plan
    assert "Sort" not in plan
    assert "place_search_names" in Place.objects.filter(search_names__contains=["timun"]).explain()


@pytest.mark.django_db
class TestImport:
    def test_a_second_run_changes_nothing(self, gazetteer):
        path = gazetteer()
        assert "4 new, 0 changed, 0 as they were" in run(path)
        assert "0 new, 0 changed, 4 as they were" in run(path)
        assert Place.objects.count() == 4

    def test_a_change_in_the_file_is_taken_and_told(self, gazetteer):
        run(gazetteer())
        moved = GOOD.replace("4.71667,114.45000", "4.72,114.46").replace("BNLUM", "BN LUM")
        assert "0 new, 1 changed, 3 as they were" in run(gazetteer(moved))
        place = Place.objects.get(source_id="51635")
        assert (place.position.x, place.position.y) == (114.46, 4.72)
        assert place.search_names == ["bn lum", "lumut"]

    def test_a_dry_run_changes_nothing(self, gazetteer):
        assert "4 new" in run(gazetteer(), dry_run=True)
        assert not Place.objects.exists()

    def test_a_place_that_left_the_file_stays(self, gazetteer):
        run(gazetteer())
        run(gazetteer(GOOD.split("\n")[0] + "\n"))
        assert Place.objects.count() == 4

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            (",,island,4,100,MY,s,1\n", "line 6: name is empty"),
            ("A,,island,north,100,MY,s,1\n", "line 6: lat is no number: 'north'"),
            ("A,,island,nan,100,MY,s,1\n", "line 6: lat is nan"),
            ("A,,island,4,1000,MY,s,1\n", "line 6: lon is 1000"),
            ("A,,island,0,0,MY,s,1\n", "line 6: lat 0, lon 0 is no position"),
            ("A,,island,4,100,Malaysia,s,1\n", "line 6: country is longer than 2"),
            ("A,,island,4,100,my,s,1\n", "line 6: country is 'my'"),
            ("A,,island,4,100,MY,,1\n", "line 6: source is empty"),
            ("A,,island,4,100\n", "line 6: has fewer fields"),
            ("A,,island,4,100,MY,s,1,2,3\n", "line 6: has more fields"),
            ("Lumut,,port,4.2,100.6,MY,NGA WPI,49890\n", "line 6: NGA WPI 49890 is on line 4 already"),
            ("A" * 201 + ",,island,4,100,MY,s,1\n", "line 6: name is longer than 200"),
        ],
    )
    def test_a_faulty_line_is_named_and_nothing_is_imported(self, gazetteer, line, said):
        with pytest.raises(CommandError, match="Nothing was imported") as refused:
            run(gazetteer(GOOD + line))
        assert f"places.csv {said}" in str(refused.value)
        assert not Place.objects.exists()

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "header lacks name"),
            (b"name,kind\nA,B\n", "header lacks lat, lon"),
            ((HEADER + GOOD).encode("utf-16"), "is not UTF-8"),
            (b"\xff\xfe\x00", "is not UTF-8"),
            (HEADER.encode() + b"A\0B,,island,4,100,MY,s,1\n", "name holds a NUL"),
            (
                HEADER.encode() + b'"' + b"A" * 200_000 + b'",,island,4,100,MY,s,1\n',
                "is not CSV: field larger",
            ),
        ],
    )
    def test_a_file_that_is_no_gazetteer_is_refused_in_words(self, gazetteer, content, said):
        with pytest.raises(CommandError, match=said):
            run(gazetteer(content))

    def test_a_missing_or_torn_file_is_refused_in_words(self, tmp_path):
        with pytest.raises(CommandError, match="no such file"):
            run(tmp_path / "none.csv")
        torn = tmp_path / "torn.csv.gz"
        torn.write_bytes(gzip.compress((HEADER + GOOD).encode())[:-20])
        with pytest.raises(CommandError, match="cannot be read"):
            run(torn)

    def test_all_faults_of_a_file_are_told_at_once_up_to_twenty(self, gazetteer):
        with pytest.raises(CommandError) as refused:
            run(gazetteer(",,island,4,100,MY,s,1\n" * 30))
        assert "line 2:" in str(refused.value)
        assert "line 21:" in str(refused.value)
        assert "and 10 more" in str(refused.value)


@pytest.mark.parametrize(
    ("path", "count"), [(places.GAZETTEER, 11_685), (places.WATERS, 69), (places.INDONESIAN_ISLANDS, 17_373)]
)
def test_the_shipped_files_have_no_fault_and_name_their_source(path, count):
    rows = places.read_file(path)
    assert len(rows) == count
    assert len({row.key for row in rows}) == count
    assert all(row.source for row in rows)


def test_every_listed_extent_is_that_of_a_shipped_place():
    rows = [row for path in (places.GAZETTEER, places.WATERS) for row in places.read_file(path)]
    known = {names.full_name(row.name) for row in rows}
    extents = places.extents_m()
    assert [name for name in extents if name not in known] == []
    assert extents["lombok strait"] == 30 * 1852
    assert [
        row.name for row in places.read_file(places.WATERS) if names.full_name(row.name) not in extents
    ] == []


def test_the_islands_under_another_licence_are_in_their_file_alone():
    sources = {row.source for row in places.read_file(places.GAZETTEER)}
    assert sources == {"GeoNames", "PSGC/HDX", "NGA WPI", "Natural Earth", "compiled"}
    with gzip.open(places.INDONESIAN_ISLANDS, "rt", encoding="utf-8") as file:
        assert {row["source"] for row in csv.DictReader(file)} == {"idn-area-data"}
