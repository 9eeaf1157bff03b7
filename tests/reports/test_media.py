"""Photos: good ones open, bad ones are refused, and no copy tells who took it."""

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from PIL import Image

from reports import media, tasks
from reports.models import Attachment
from tests import factories

IMAGES = Path(__file__).parents[1] / "data" / "images"


def upload(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, (IMAGES / name).read_bytes())


def picture(size=(2400, 1200), format="JPEG", **options) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, format, **options)
    return out.getvalue()


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.parametrize(
    "name",
    [
        "geo_sea_00.jpg",
        "geo_sea_09.jpg",
        "polyglot_jpg_zip.jpg",
        "pillow_exif_gps_typeerror.jpg",
        "pillow_avif_exif.avif",
        "me_Issue_508.jpg",
        "cheers_1440x960.heic",
    ],
)
def test_a_good_picture_becomes_a_webp_without_a_trace(name):
    original = (IMAGES / name).read_bytes()
    copy = media.shared_copy(io.BytesIO(original))
    opened = Image.open(io.BytesIO(copy))
    opened.load()
    assert opened.format == "WEBP"
    assert not opened.getexif()
    assert not {"exif", "xmp", "icc_profile", "comment"} & set(opened.info)
    for trace in (b"Exif", b"EXIF", b"http://ns.adobe", b"PK\x03\x04", b"GPS"):
        assert trace not in copy


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("fake_html.jpg", 415),
        ("fuzz_05.bin", 415),
        ("fuzz_16.bin", 415),
        ("pillow_broken.png", 415),
        ("pillow_bmp_b_badwidth.bmp", 415),
        ("broken_boxes.heif", 415),
        ("pillow_broken_data_stream.png", 422),
        ("pillow_decompression_bomb.gif", 422),
        ("bomb_20000x20000.png", 422),
        ("truncated_20pct.jpg", 422),
    ],
)
def test_a_bad_picture_is_refused_with_the_right_word(name, fault):
    with pytest.raises(media.NotAPicture) as refused:
        media.check(io.BytesIO((IMAGES / name).read_bytes()))
    assert refused.value.problem_status == fault


def test_an_empty_file_is_no_picture():
    with pytest.raises(media.NotAPicture):
        media.check(io.BytesIO(b""))


def test_a_large_picture_is_shrunk_to_1600_px_and_kept_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    copy = Image.open(io.BytesIO(media.shared_copy(io.BytesIO(picture(exif=exif)))))
    assert copy.size == (800, 1600)


def test_a_small_picture_is_not_blown_up():
    assert Image.open(io.BytesIO(media.shared_copy(io.BytesIO(picture((40, 30)))))).size == (40, 30)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_every_kind_of_pixel_becomes_a_copy(mode):
    out = io.BytesIO()
    source = (
        Image.new(mode, (8, 8)) if mode == "I;16" else Image.linear_gradient("L").resize((8, 8)).convert(mode)
    )
    source.save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert media.shared_copy(out)


def test_what_shone_through_is_white():
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    copy = Image.open(io.BytesIO(media.shared_copy(out)))
    assert min(low for low, _ in copy.getextrema()) > 250


def test_the_cap_counts_pixels_before_they_are_decoded(monkeypatch):
    monkeypatch.setattr(media, "MOST_PIXELS", 100)
    with pytest.raises(media.BrokenPicture, match="larger"):
        media.check(io.BytesIO(picture((11, 10))))


@pytest.mark.django_db
class TestKeep:
    def test_the_original_is_kept_as_sent(self):
        attachment, new = media.keep(factories.Report(), upload("geo_sea_00.jpg"))
        assert new
        assert attachment.status == "received"
        assert Path(attachment.original.path).read_bytes() == (IMAGES / "geo_sea_00.jpg").read_bytes()

    def test_its_name_on_disk_comes_from_us(self, tmp_path):
        attachment, _ = media.keep(
            factories.Report(), SimpleUploadedFile("../../etc/passwd.jpg", picture((8, 8)))
        )
        assert attachment.original.name == f"originals/{attachment.pk}"

    @pytest.mark.parametrize("key", ["", "photo-1"])
    def test_a_repeat_is_the_same_photo(self, key):
        report = factories.Report()
        first, _ = media.keep(report, upload("geo_sea_00.jpg"), key)
        second, new = media.keep(report, upload("geo_sea_00.jpg"), key)
        assert (second.pk, new) == (first.pk, False)

    @pytest.mark.parametrize("key", ["k", "k" * 119, "k" * 120])
    def test_another_picture_under_the_key_is_kept_beside_it(self, key):
        report = factories.Report()
        names = ["geo_sea_00.jpg", "geo_sea_09.jpg", "me_Issue_508.jpg"] * 2
        kept = [media.keep(report, upload(name), key) for name in names]
        assert [new for _, new in kept] == [True] * 3 + [False] * 3
        keys = [attachment.external_id for attachment, _ in kept]
        assert keys == [key, key[:118] + "#2", key[:118] + "#3"] * 2

    @pytest.mark.parametrize(("rival", "keys"), [("geo_sea_09.jpg", {"k", "k#2"}), ("geo_sea_00.jpg", {"k"})])
    def test_another_request_that_takes_the_key_meanwhile_costs_no_picture(self, monkeypatch, rival, keys):
        report = factories.Report()
        check = media.check

        def overtaken(file):
            monkeypatch.setattr(media, "check", check)
            media.keep(report, upload(rival), "k")
            check(file)

        monkeypatch.setattr(media, "check", overtaken)
        # Large uploads are moved from disk to their place: a second try must not need them once more.
        content = upload("geo_sea_00.jpg").read()
        mine = TemporaryUploadedFile("a.jpg", "image/jpeg", len(content), None)
        mine.write(content)
        mine.seek(0)
        attachment, new = media.keep(report, mine, "k")
        mine.close()
        assert new == (len(keys) == 2)
        assert set(report.attachments.values_list("external_id", flat=True)) == keys
        assert Path(attachment.original.path).read_bytes() == content

    def test_a_picture_that_was_lost_may_be_sent_again(self):
        report = factories.Report()
        first, _ = media.keep(report, upload("geo_sea_00.jpg"), "k")
        Path(first.original.path).unlink()
        assert not media.shrink(first.pk)
        again, new = media.keep(report, upload("geo_sea_00.jpg"), "k")
        assert (again.pk, new, again.status) == (first.pk, True, "received")
        assert Path(again.original.path).exists()

    def test_without_a_key_another_picture_is_another_photo(self):
        report = factories.Report()
        media.keep(report, upload("geo_sea_00.jpg"))
        assert media.keep(report, upload("geo_sea_09.jpg"))[1]

    def test_one_key_on_two_reports_is_two_photos(self):
        media.keep(factories.Report(), upload("geo_sea_00.jpg"), "1")
        assert media.keep(factories.Report(), upload("geo_sea_00.jpg"), "1")[1]

    def test_a_bad_file_is_kept_marked_and_the_key_may_be_sent_again(self):
        report = factories.Report()
        for _ in range(2):
            with pytest.raises(media.BrokenPicture):
                media.keep(report, upload("truncated_20pct.jpg"), "1")
        bad = report.attachments.get()
        assert bad.status == "rejected"
        assert bad.original.size == 1282
        good, new = media.keep(report, upload("geo_sea_00.jpg"), "1")
        assert new
        assert (good.pk, good.status) == (bad.pk, "received")
        assert Path(good.original.path).read_bytes() == (IMAGES / "geo_sea_00.jpg").read_bytes()


@pytest.mark.django_db
class TestShrink:
    def test_one_run_makes_the_copy_and_a_second_does_nothing(self):
        attachment, _ = media.keep(factories.Report(), upload("geo_sea_00.jpg"))
        tasks.shrink_photo(str(attachment.pk))
        attachment.refresh_from_db()
        assert attachment.status == "ready"
        before = attachment.shared.name
        tasks.shrink_photo(str(attachment.pk))
        attachment.refresh_from_db()
        assert attachment.shared.name == before == f"shared/{attachment.pk}.webp"

    def test_a_rejected_one_is_left_alone(self):
        attachment = factories.Attachment(status="rejected")
        assert not media.shrink(attachment.pk)

    def test_a_lost_file_ends_as_rejected(self):
        attachment = factories.Attachment(original="originals/gone")
        assert not media.shrink(attachment.pk)
        attachment.refresh_from_db()
        assert attachment.status == "rejected"

    def test_the_sweep_finds_lost_tasks_and_dead_workers(self):
        media.keep(factories.Report(), upload("geo_sea_00.jpg"))
        dead, _ = media.keep(factories.Report(), upload("geo_sea_09.jpg"))
        Attachment.objects.filter(pk=dead.pk).update(status="shrinking", received_at="2026-01-01T00:00Z")
        tasks.shrink_waiting_photos()
        assert set(Attachment.objects.values_list("status", flat=True)) == {"ready"}
