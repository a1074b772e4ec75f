"""Sign-up, confirmation, settings and leaving: pages that live at the site's own addresses."""

from django.urls import path

from barograph.newsletter import preferences, views

urlpatterns = [
    path("<slug:language>/subscribe/", views.subscribe, name="newsletter_subscribe"),
    path("<slug:language>/subscribe/sent/", views.sent, name="newsletter_sent"),
    path("<slug:language>/subscribe/confirm/<str:token>/", views.confirm, name="newsletter_confirm"),
    path("<slug:language>/subscription/<str:token>/", preferences.preferences, name="newsletter_settings"),
    path("<slug:language>/subscription-address/<str:token>/", preferences.agree, name="newsletter_address"),
    path("<slug:language>/unsubscribe/<str:token>/", views.unsubscribe, name="newsletter_unsubscribe"),
]
