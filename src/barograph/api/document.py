"""The OpenAPI document, for whoever holds a token or is signed in at the desk."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from barograph.api.gateway import ApiView


@cache
def document() -> dict[str, Any]:
    """OpenAPI 3.1, made from the views themselves."""
    from barograph.api.routes import urlpatterns
    from barograph.api.views import Nowhere

    patterns = [one for one in urlpatterns if one.callback.cls not in (Document, Nowhere)]
    return SchemaGenerator(patterns=patterns).get_schema(request=None, public=True)


class Bearer(OpenApiAuthenticationExtension):
    """How a token is sent, for the document."""

    target_class = "barograph.api.gateway.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class TokenOrDesk(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        if request.auth is not None or (view.desk.is_active and view.desk.has_perm("wagtailadmin.access_admin")):
            return True
        raise exceptions.NotAuthenticated


class Document(ApiView):
    scopes = {"GET": ""}
    permission_classes = (TokenOrDesk,)

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        self.desk = request.user  # a session of the desk: the second factor's gate stands before this view
        return super().initialize_request(request, *args, **kwargs)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(document())
