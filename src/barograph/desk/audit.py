"""The desk's page of the audit log: who did what, by person, kind and period; and the same as a file.

What somebody sees of it is decided in people/audit.py.
"""

from __future__ import annotations

from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import BaseListingView
from wagtail.models import ModelLogEntry

from barograph.base import dates
from barograph.issues.services import publication
from barograph.people import acts, audit
from barograph.people.models import User

TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


def _people(request: HttpRequest) -> QuerySet[User]:
    """Whoever did something that is shown."""
    return User.objects.filter(pk__in=audit.lines(request.user).order_by().values("user")).by_name()


class AuditFilter(WagtailFilterSet):
    person = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Name"), queryset=_people, method="of_person", empty_label=gettext_lazy("all")
    )
    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("Kind"), choices=acts.Kind.choices, method="of_kind", empty_label=gettext_lazy("all")
    )
    timestamp = django_filters.DateFromToRangeFilter(label=gettext_lazy("Period"), widget=DateRangePickerWidget)

    def of_person(self, lines: QuerySet, name: str, user: User) -> QuerySet:
        return lines.filter(audit.of_person(user))

    def of_kind(self, lines: QuerySet, name: str, kind: str) -> QuerySet:
        return lines.filter(acts.lines_of(kind))

    class Meta:
        model = ModelLogEntry
        fields: list[str] = []


def _asked(request: HttpRequest) -> None:
    if not request.user.has_perm(audit.MAY_SEE):
        raise PermissionDenied


def _hour(line: audit.Line) -> str:
    """Exact, by the clock that the reader set for the desk."""
    return dates.hour(timezone.localtime(line.at), get_language() or "en")


class Pages(WagtailPaginator):
    @cached_property
    def items_count_label(self) -> str:
        return ngettext("%(count)s line", "%(count)s lines", self.count) % {"count": self.count}


class AuditView(BaseListingView):
    """Newest first, fifty a page."""

    page_title = gettext_lazy("Audit log")
    header_icon = "history"
    results_template_name = "desk/audit_results.html"
    paginator_class = Pages
    index_url_name = "desk_audit"
    index_results_url_name = "desk_audit_results"
    filterset_class = AuditFilter
    model = ModelLogEntry
    paginate_by = 50
    columns = [
        Column("at", label=gettext_lazy("When"), accessor=_hour),
        Column("by", label=gettext_lazy("Who")),
        Column("act", label=gettext_lazy("What")),
        Column("name", label=gettext_lazy("Object"), accessor="on_what"),
        Column("details", label=gettext_lazy("Details")),
    ]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        _asked(request)
        return super().dispatch(request, *args, **kwargs)

    def get_base_queryset(self) -> QuerySet[ModelLogEntry]:
        return audit.lines(self.request.user)

    def paginate_queryset(self, queryset: QuerySet, page_size: int) -> tuple:
        paginator, page, entries, more = super().paginate_queryset(queryset, page_size)
        return paginator, page, audit.lines_in_words(entries), more

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(*args, **kwargs)
        return context | {"export": f"{reverse('desk_audit_export')}?{self.request.GET.urlencode()}"}


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """What the page shows with the filter in the address, all of it, oldest first; the export is in the log itself."""
    _asked(request)
    format = request.POST.get("format", "csv")
    filtered = AuditFilter(data=request.GET, queryset=audit.lines(request.user), request=request)
    if format not in audit.FORMATS or not filtered.is_valid():
        return HttpResponse(_("Choose the period again, then export."), status=400, content_type="text/plain")
    # Lines that come later are not in it, the one about this export neither.
    entries = filtered.qs.filter(timestamp__lte=timezone.now())
    audit.note("audit_exported", about=publication(), name="–", by=request.user, file=format)
    answer = StreamingHttpResponse(audit.FORMATS[format](entries), content_type=TYPES[format])
    answer["Content-Disposition"] = f'attachment; filename="audit-{timezone.localdate()}.{format}"'
    answer["Cache-Control"] = "no-store"
    return answer
