"""Access to the pages about a release: for accounts that may publish, and for nobody else."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from barograph.issues.models import Issue


def issue_for(request: HttpRequest, issue_id: int) -> Issue:
    """Get the issue, for an account that may publish. Raises PermissionDenied, Http404."""
    if not request.user.has_perm("publishing.add_release"):
        raise PermissionDenied
    return get_object_or_404(Issue, pk=issue_id)
