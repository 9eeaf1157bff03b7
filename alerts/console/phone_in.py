"""A report by telephone or radio: the caller's words, placed on the chart, through the same intake."""

import uuid

from django import forms
from django.contrib.gis.geos import Point
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from alerts.console import access
from alerts.console.access import desk_only, is_fragment
from alerts.console.forms import escalation_of
from alerts.models import Escalation
from communities import identity, phones
from communities.charts import PositionField, position_text, read_position
from reports.intake import MOST_ERROR_M, Incoming, Receipt, receive
from reports.models import Report
from reports.reading import read
from reports.taxonomy import IncidentType, ReplyMode

MOST_TYPED = 200  # characters of a position


class TypedPosition(PositionField):
    """A position clicked on the chart or typed in any notation that the reading of reports knows."""

    def to_python(self, value) -> Point | None:
        if isinstance(value, Point) or value in self.empty_values:
            return value or None
        found = read_typed(str(value))
        if found is None:
            raise forms.ValidationError(
                _("This is not read as one position. Write it like 04°35.21'N 118°40.91'E.")
            )
        return Point(*found[0], srid=4326)


class PhoneInForm(forms.Form):
    """What a caller says; only the words are needed."""

    text = forms.CharField(
        label=gettext_lazy("What the caller says"),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        strip=False,
        help_text=gettext_lazy(
            "In the caller's own words. It is read like an SMS and joins the queue at once."
        ),
    )
    position = TypedPosition(
        label=gettext_lazy("Position"),
        required=False,
        help_text=gettext_lazy("Click on the chart, or type it in any notation."),
    )
    position_error_m = forms.IntegerField(
        label=gettext_lazy("Give or take, metres"), required=False, min_value=0, max_value=MOST_ERROR_M
    )
    type = forms.ChoiceField(
        label=gettext_lazy("Type"),
        required=False,
        choices=[("", gettext_lazy("as the words say")), *IncidentType.choices],
    )
    persons_on_board = forms.IntegerField(
        label=gettext_lazy("Persons on board"), required=False, min_value=0, max_value=10_000
    )
    phone = forms.CharField(
        label=gettext_lazy("Caller's number"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("If known. It goes to the vault; a caller with an open incident joins it."),
    )
    quiet = forms.BooleanField(
        label=gettext_lazy("The caller must not be called back or texted"), required=False
    )

    def __init__(self, *args, beside_chart: bool, **kwargs):
        """`beside_chart`: the desk's chart takes the clicks; else the field brings one of its own."""
        super().__init__(*args, **kwargs)
        if beside_chart:
            self.fields["position"].widget = forms.TextInput(
                attrs={"maxlength": MOST_TYPED, "spellcheck": "false", "autocomplete": "off"}
            )

    def clean_phone(self) -> str:
        number = self.cleaned_data["phone"].strip()
        try:
            return phones.normalise(number) if number else ""
        except phones.NotAPhoneNumber:
            raise forms.ValidationError(
                _("This cannot be dialled; leave it empty if you are not sure.")
            ) from None

    def clean(self) -> dict:
        """What was typed and not clicked is as good as its digits."""
        said = super().clean()
        if said.get("position") and said.get("position_error_m") is None and "position_error_m" in said:
            found = read_typed(self.data.get("position", ""))
            said["position_error_m"] = found and found[1]
        return said


def read_typed(text: str) -> tuple[tuple[float, float], int | None] | None:
    """(lon, lat) and its error in metres (None: not known) of a typed position; None where there is not one.

    What could be several places is none.
    """
    found = read(text[:MOST_TYPED])
    error_m = None if found.position_error_m is None else round(found.position_error_m)
    try:
        return read_position(text), error_m
    except ValueError:
        return (found.position, error_m) if found.position_status == "ok" and found.position else None


@desk_only
@require_http_methods(["GET", "POST"])
def phone_in(request: HttpRequest) -> HttpResponse:
    """The form, and its report; a fragment for the panel beside the desk's chart."""
    beside = is_fragment(request)
    # The key comes with the form: a second press of the button is the same report.
    key = request.POST.get("key") or f"phone-{uuid.uuid4()}"
    form = PhoneInForm(request.POST if request.method == "POST" else None, beside_chart=beside)
    if request.method == "POST" and form.is_valid():
        receipt = _receive(request, form.cleaned_data, key[:100])
        report = receipt.conflict or receipt.report
        if beside:
            return render(request, "console/_phoned_in.html", _what_was_sent(report))
        return redirect("console-phone-in-taken", report.pk)
    page = "console/_phone_in.html" if beside else "console/phone_in.html"
    return render(request, page, {"form": form, "key": key}, status=422 if form.is_bound else 200)


@desk_only
@require_GET
def position(request: HttpRequest) -> HttpResponse:
    """How a typed position (`?text=`) is read: `position` [lon, lat] or null, `error_m`, words to say it."""
    found = read_typed(request.GET.get("text", ""))
    if found is None:
        return JsonResponse(
            {"position": None, "error_m": None, "said": _("This is not read as one position.")}
        )
    where, error_m = found
    said = _("Read as %(position)s") % {"position": position_text(*where)}
    return JsonResponse({"position": list(where), "error_m": error_m, "said": said})


@desk_only
@require_GET
def taken(request: HttpRequest, pk) -> HttpResponse:
    """What became of a report by telephone."""
    visible = access.incidents_for(request.user)
    report = get_object_or_404(
        Report.objects.filter(source=Report.Source.PHONE_IN, incident__in=visible).select_related("incident"),
        pk=pk,
    )
    return render(request, "console/phoned_in.html", _what_was_sent(report))


def _receive(request: HttpRequest, said: dict, key: str) -> Receipt:
    point = said["position"]
    return receive(
        Incoming(
            source=Report.Source.PHONE_IN,
            external_id=key,
            text=said["text"],
            reporter=identity.reporter_for(said["phone"]) if said["phone"] else None,
            type=said["type"] or None,
            position=(point.x, point.y) if point else None,
            position_error_m=said["position_error_m"] if point else None,
            position_source="officer",
            persons_on_board=said["persons_on_board"],
            quiet=said["quiet"],
            extra={"taken_by": request.user.get_username()},
        )
    )


def _what_was_sent(report: Report) -> dict:
    """The report's incident, and a sentence each on who is called and what the caller hears."""
    incident = report.incident
    ladder = escalation_of(incident)
    sent = []
    if ladder is not None and ladder.is_live:
        if ladder.purpose == Escalation.Purpose.UNIT:
            sent.append(_("A unit is wanted: the nearest fit one is called now."))
        else:
            sent.append(_("An officer is wanted: the duty desk is called if nobody takes the incident."))
    else:
        sent.append(_("Nobody is called for it; it waits in the queue."))
    quiet = report.reply_mode in (ReplyMode.QUIET, ReplyMode.NONE)
    if quiet:
        sent.append(_("A quiet matter: do not call or text this number. Nothing is sent to it."))
    elif report.reporter_id is None:
        sent.append(_("The caller's number is not written down: nothing can be sent to the caller."))
    else:
        sent.append(_("Nothing was sent to the caller; a text follows when a unit says that it goes."))
    return {"report": report, "incident": incident, "sent": sent, "quiet": quiet}
