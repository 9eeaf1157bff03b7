"""The language of the pages that officers read; what phones and the API hear never depends on it."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin

#: Where an officer's choice counts.
PAGES = ("/console/", "/admin/", "/places/", "/phones/")


class LanguageOfPages(MiddlewareMixin):
    """Speak the language of the cookie on PAGES, everywhere else LANGUAGE_CODE.

    Activated at every request: the thread keeps the language of the one before.
    """

    def process_request(self, request: HttpRequest) -> None:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = request.path_info.startswith(PAGES) and chosen in dict(settings.LANGUAGES)
        translation.activate(chosen if known else settings.LANGUAGE_CODE)
