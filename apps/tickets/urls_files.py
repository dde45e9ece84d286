"""The addresses of files and of messages in HTML: `MANAGEMENT` below /management/tickets/, `PORTAL` below /tickets/."""

from django.contrib import admin
from django.urls import path

from apps.tickets import file_views as views

_only_staff = admin.site.admin_view

MANAGEMENT = [
    path("uploads/", _only_staff(views.agent_upload), name="upload"),
    path("uploads/<int:attachment_id>/discard/", _only_staff(views.discard), name="discard"),
    path("attachments/<int:attachment_id>/", _only_staff(views.agent_file, cacheable=True), name="attachment"),
    path(
        "attachments/<int:attachment_id>/thumbnail/",
        _only_staff(views.agent_thumbnail, cacheable=True),
        name="thumbnail",
    ),
    path("messages/<int:message_id>/", _only_staff(views.agent_message, cacheable=True), name="message_frame"),
]
PORTAL = [
    path("uploads/", views.customer_upload, name="upload"),
    path("uploads/<int:attachment_id>/", views.upload_file, name="upload_file"),
    path("uploads/<int:attachment_id>/thumbnail/", views.upload_thumbnail, name="upload_thumbnail"),
    path("uploads/<int:attachment_id>/discard/", views.discard, name="discard"),
    path("<str:number>/messages/<int:message_id>/", views.customer_message, name="message_frame"),
    path("<str:number>/attachments/<int:attachment_id>/", views.customer_file, name="attachment"),
    path("<str:number>/attachments/<int:attachment_id>/thumbnail/", views.customer_thumbnail, name="thumbnail"),
]
