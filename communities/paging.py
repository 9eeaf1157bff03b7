"""Pages by key: page 1,000 costs what page 1 costs, and rows that arrive meanwhile move nothing."""

from django.core.exceptions import ValidationError
from django.db import DataError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination


class KeysetPages(CursorPagination):
    """`?limit=` rows a page; follow `next` until it is null. A cursor that is not ours gets 404."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200

    def paginate_queryset(self, queryset, request, view=None):
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, ValidationError, DataError) as exc:
            raise NotFound(self.invalid_cursor_message) from exc
