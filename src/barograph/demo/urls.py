"""The demo's mailbox. Included in the demo only; the views refuse elsewhere, too."""

from django.urls import path

from barograph.demo import views

urlpatterns = [
    path("mailbox/", views.mailbox, name="mailbox"),
    path("mailbox/<str:name>/", views.mail, name="mailbox_mail"),
    path("mailbox/<str:name>/html", views.mail_html, name="mailbox_html"),
    path("mailbox/<str:name>/source", views.mail_source, name="mailbox_source"),
]
