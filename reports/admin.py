"""Reports as they were sent: read-only, and a form for those who call by telephone."""

import json
import uuid

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from communities import identity, phones
from communities.admin import DESK, ReadOnlyAdmin
from communities.charts import PositionField, position_text
from reports.models import Attachment, Question, Report, Transition
from reports.taxonomy import IncidentType


class PhoneInForm(forms.Form):
    """What a caller says; only the words are needed."""

    text = forms.CharField(
        label=_("What the caller says"),
        widget=forms.Textarea(attrs={"rows": 5, "autofocus": True}),
        strip=False,
        help_text=_("In the caller's own words. It is read like an SMS and joins the queue at once."),
    )
    phone = forms.CharField(
        label=_("Caller's number"),
        required=False,
        max_length=40,
        help_text=_("If known. It goes to the vault; a caller with an open incident joins it."),
    )
    type = forms.ChoiceField(
        label=_("Type"), required=False, choices=[("", _("as the words say")), *IncidentType.choices]
    )
    position = PositionField(label=_("Position"), required=False)
    persons_on_board = forms.IntegerField(
        label=_("Persons on board"), required=False, min_value=0, max_value=10_000
    )

    def clean_phone(self) -> str:
        number = self.cleaned_data["phone"].strip()
        try:
            return phones.normalise(number) if number else ""
        except phones.NotAPhoneNumber:
            raise forms.ValidationError(
                _("This cannot be dialled; leave it empty if you are not sure.")
            ) from None


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    """Never edited, never deleted."""

    adders = DESK
    own = "reporter__community"
    date_hierarchy = "received_at"
    list_display = [
        "reference",
        "received_at",
        "source",
        "type",
        "words",
        "where",
        "who",
        "incident_link",
        "status",
    ]
    list_filter = ["source", "type", "position_status", "status", "drill"]
    list_select_related = ["reporter", "incident"]
    search_fields = ["reference"]
    search_help_text = _("Reference of the report")
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "reference",
                    "source",
                    "status",
                    "incident_link",
                    "who",
                    "received_at",
                    "observed_at",
                ]
            },
        ),
        (_("As it was sent"), {"fields": ["original", "quiet", "drill", "conflicts_with"]}),
        (
            _("As it was read"),
            {
                "fields": [
                    "type",
                    "where",
                    "position_error_m",
                    "position_source",
                    "position_status",
                    "persons_on_board",
                    "language",
                    "flags",
                    "grade_digit",
                    "reply_mode",
                    "reading_printed",
                    "reading_version",
                    "corrected_reading",
                ]
            },
        ),
    ]

    def get_readonly_fields(self, request, obj=None):
        return [name for _title, options in self.fieldsets for name in options["fields"]]

    @admin.display(description=_("words"))
    def words(self, report) -> str:
        return report.text[:80] + ("…" if len(report.text) > 80 else "")

    @admin.display(description=_("original words"))
    def original(self, report) -> str:
        return format_html('<blockquote class="words" dir="auto">{}</blockquote>', report.text)

    @admin.display(description=_("position"))
    def where(self, report) -> str:
        return position_text(*report.lon_lat) if report.lon_lat else "–"

    @admin.display(description=_("reporter"))
    def who(self, report) -> str:
        return report.reporter.pseudonym if report.reporter else _("unknown")

    @admin.display(description=_("incident"), ordering="incident")
    def incident_link(self, report) -> str:
        address = reverse("admin:reports_incident_change", args=[report.incident_id])
        return format_html('<a href="{}">{}</a>', address, report.incident.reference)

    @admin.display(description=_("all that was read"))
    def reading_printed(self, report) -> str:
        return format_html("<pre>{}</pre>", json.dumps(report.reading, indent=1, ensure_ascii=False))

    def add_view(self, request, form_url="", extra_context=None):
        """Take a report by telephone; it goes through the same intake as any other."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        # The key comes with the form: a second press of the button is the same report.
        key = request.POST.get("key") or f"phone-{uuid.uuid4()}"
        form = PhoneInForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            receipt = self._receive(request, form.cleaned_data, key[:100])
            incident = receipt.report.incident
            self.message_user(
                request,
                _(
                    "Report %(report)s is in the queue as incident %(incident)s, P%(priority)d. Tell "
                    "the caller: %(report)s."
                )
                % {
                    "report": receipt.report.reference,
                    "incident": incident.reference,
                    "priority": incident.priority,
                },
                messages.SUCCESS,
            )
            return redirect("admin:reports_incident_change", incident.pk)
        context = self.admin_site.each_context(request) | {
            "title": _("Report by telephone"),
            "opts": self.opts,
            "form": form,
            "key": key,
            "media": form.media,
        }
        return TemplateResponse(request, "reports/phone_in.html", context)

    def _receive(self, request, said: dict, key: str):
        from reports.intake import Incoming, receive

        point = said["position"]
        return receive(
            Incoming(
                source=Report.Source.PHONE_IN,
                external_id=key,
                text=said["text"],
                reporter=identity.reporter_for(said["phone"]) if said["phone"] else None,
                type=said["type"] or None,
                position=(point.x, point.y) if point else None,
                position_source="officer",
                persons_on_board=said["persons_on_board"],
                extra={"taken_by": request.user.get_username()},
            )
        )


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    viewers = DESK
    list_display = ["received_at", "report", "status", "size_bytes"]
    list_filter = ["status"]
    list_select_related = ["report"]
    exclude = ["original", "shared"]


@admin.register(Question)
class QuestionAdmin(ReadOnlyAdmin):
    viewers = DESK
    list_display = ["asked_at", "incident", "kind", "due_at", "answered_by"]
    list_filter = ["kind", ("answered_by", admin.EmptyFieldListFilter)]
    list_select_related = ["incident", "answered_by"]


@admin.register(Transition)
class TransitionAdmin(ReadOnlyAdmin):
    viewers = DESK
    list_display = ["at", "incident", "field", "old", "new", "by", "reason"]
    list_filter = ["field"]
    list_select_related = ["incident", "by"]
    search_fields = ["incident__reference"]
