"""Who asks: every page about a release is for those who may publish, and for nobody else."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from barograph.issues.models import Issue


def issue_for(request: HttpRequest, issue_id: int) -> Issue:
    """The issue, for somebody who may publish. Raises PermissionDenied, Http404."""
    if not request.user.has_perm("publishing.add_release"):
        raise PermissionDenied
    return get_object_or_404(Issue, pk=issue_id)
