"""Photos: checked when they come, kept as sent, and shrunk into a copy that tells nothing of who took it."""

import hashlib
import io
import logging
import threading
import warnings
from datetime import datetime, timedelta
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

from communities.crash_points import crash_point
from reports.models import Attachment, Report

# iPhones send HEIC unless told otherwise; Pillow itself does not read it.
register_heif_opener(thumbnails=False)

logger = logging.getLogger(__name__)

#: What phones send. No format that a parser has to guess, none with scripts, none with outside references.
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "HEIF")
LONGEST_KEY = Attachment._meta.get_field("external_id").max_length
MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 50_000_000  # the largest phone cameras without their special mode; 150 MB in memory
SHARED_EDGE_PX = 1600
SHARED_QUALITY = 80
#: A copy that was begun this long ago and is not ready was begun by a worker that died.
SHRINK_TIME = timedelta(hours=1)

# A picture takes up to 150 MB while it is open: two at a time in a process.
_decoding = threading.BoundedSemaphore(2)


class NotAPicture(Exception):
    """We cannot open this file as a picture."""

    problem_status = 415
    problem_type = "not-a-picture"


class BrokenPicture(NotAPicture):
    """It is a picture by its first bytes, but damaged or far too large."""

    problem_status = 422
    problem_type = "broken-picture"


def keep(
    report: Report, upload: UploadedFile, key: str = "", *, now: datetime | None = None
) -> tuple[Attachment, bool]:
    """Store one photo of `report` as sent; return it and whether it is new.

    The same bytes under the same `key` are a repeat; without a key the bytes alone tell. Another picture
    under the key is kept as `{key}#2` (`#3`, …). A file that is no picture is kept too, marked rejected, for
    an officer to look at; then NotAPicture or BrokenPicture is raised, and the same key may be sent again
    with a better file.
    """
    sha256 = _sha256(upload)
    key = key or f"sha256:{sha256}"
    kept, free = _under(report, key, sha256)
    if kept is not None and kept.status != Attachment.Status.REJECTED:
        return kept, False
    fault = None
    try:
        upload.seek(0)
        check(upload)
    except NotAPicture as exc:
        fault = exc
    upload.seek(0)
    attachment = kept or Attachment(report=report, external_id=free)
    new = True
    if fault is None or attachment.sha256 != sha256:
        _fill(attachment, upload, sha256, rejected=fault is not None)
        while not _saved(attachment):  # another request took the key meanwhile
            rival, attachment.external_id = _under(report, key, sha256)
            if rival is not None and rival.sha256 == sha256:
                attachment.original.delete(save=False)
                attachment, new = rival, False
                break
    if fault is not None:
        raise fault
    return attachment, new


def _under(report: Report, key: str, sha256: str) -> tuple[Attachment | None, str]:
    """The photo under `key`, `{key}#2`, … that these bytes repeat or may replace; the next free key."""
    # Asked anew each time: what the caller has read before may be stale.
    photos = {photo.external_id: photo for photo in Attachment.objects.filter(report=report)}
    under, free = [], key
    while free in photos:
        under.append(photos[free])
        number = f"#{len(under) + 1}"
        free = key[: LONGEST_KEY - len(number)] + number
    repeated = (photo for photo in under if photo.sha256 == sha256)
    replaceable = (photo for photo in under if photo.status == Attachment.Status.REJECTED)
    return next(repeated, None) or next(replaceable, None), free


def _fill(attachment: Attachment, upload: UploadedFile, sha256: str, *, rejected: bool) -> None:
    if attachment.original:
        attachment.original.delete(save=False)
    attachment.sha256 = sha256
    attachment.size_bytes = upload.size
    attachment.status = Attachment.Status.REJECTED if rejected else Attachment.Status.RECEIVED
    attachment.original = upload


def _saved(attachment: Attachment) -> bool:
    """Whether it was stored; not if its key is taken. Its file is kept from the first try on."""
    try:
        with transaction.atomic():
            attachment.save()
    except IntegrityError:
        if not attachment.report.attachments.filter(external_id=attachment.external_id).exists():
            raise
        return False
    return True


def check(file: BinaryIO) -> None:
    """Open `file` as a picture and read all of it; raise NotAPicture or BrokenPicture."""
    _decoded(file)


def shrink(attachment_id) -> bool:
    """Make the sharable copy of one photo; whether this call made it. A second run does nothing.

    At most 1600 px, WebP, upright, first frame, and no byte of metadata: no position, no camera, no owner.
    """
    claimed = Attachment.objects.filter(pk=attachment_id, status=Attachment.Status.RECEIVED).update(
        status=Attachment.Status.SHRINKING
    )
    if not claimed:
        return False
    crash_point("K12")
    attachment = Attachment.objects.get(pk=attachment_id)
    try:
        with attachment.original.open("rb") as file:
            copy = shared_copy(file)
    except (NotAPicture, FileNotFoundError) as exc:
        logger.warning("photo %s: %s", attachment.pk, exc)
        Attachment.objects.filter(pk=attachment.pk).update(status=Attachment.Status.REJECTED)
        return False
    attachment.shared.save("shared.webp", ContentFile(copy), save=False)
    attachment.status = Attachment.Status.READY
    attachment.save(update_fields=["shared", "status"])
    return True


def waiting(now: datetime | None = None) -> list:
    """Ids of photos without a copy: never begun, or begun by a worker that died (those are put back)."""
    now = now or timezone.now()
    status = Attachment.Status
    begun = Attachment.objects.filter(status=status.SHRINKING)
    begun.filter(received_at__lt=now - SHRINK_TIME).update(status=status.RECEIVED)
    return list(Attachment.objects.filter(status=status.RECEIVED).values_list("pk", flat=True)[:500])


def shared_copy(file: BinaryIO) -> bytes:
    """The copy of a picture that crews may see, as WebP. Raises NotAPicture or BrokenPicture."""
    picture = _decoded(file)
    # A new picture from the pixels alone: what a plug-in may carry along (EXIF, XMP, ICC) stays behind.
    bare = Image.new("RGB", picture.size, "white")
    if "A" in picture.getbands():
        bare.paste(picture, mask=picture.getchannel("A"))
    else:
        bare.paste(picture)
    out = io.BytesIO()
    bare.save(out, "WEBP", quality=SHARED_QUALITY)
    return out.getvalue()


def _decoded(file: BinaryIO) -> Image.Image:
    """The first frame, upright, RGB or RGBA, at most SHARED_EDGE_PX long."""
    try:
        with _decoding, warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise BrokenPicture(f"The picture is larger than {MOST_PIXELS // 1_000_000} megapixels.")
                picture.draft("RGB", (SHARED_EDGE_PX, SHARED_EDGE_PX))  # a JPEG decodes at a fraction
                picture.load()  # before anything that forgives a damaged file
                picture.thumbnail((SHARED_EDGE_PX, SHARED_EDGE_PX))
                upright = _upright(picture)
                return upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except UnidentifiedImageError:
        raise NotAPicture(f"This is no picture that we can open. Send {', '.join(FORMATS)}.") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BrokenPicture(f"The picture is larger than {MOST_PIXELS // 1_000_000} megapixels.") from None
    except NotAPicture:
        raise
    except Exception as exc:  # decoders raise anything: OSError, SyntaxError, struct.error, ValueError …
        logger.info("a picture could not be read: %s", type(exc).__name__)
        raise BrokenPicture("The picture is damaged: it cannot be read to its end.") from None


def _upright(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # damaged EXIF must not cost the picture
        return picture


def _sha256(upload: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    return digest.hexdigest()
