"""The languages we answer in (BCP 47)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Language(TextChoices):
    MALAY = "ms", _("Malay")
    INDONESIAN = "id", _("Indonesian")
    FILIPINO = "fil", _("Filipino")
    ENGLISH = "en", _("English")
    VIETNAMESE = "vi", _("Vietnamese")
    THAI = "th", _("Thai")
    TAMIL = "ta", _("Tamil")
