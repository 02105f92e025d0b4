"""URLs for boards, kept apart from those for people."""

from django.urls import re_path

from readings import device_views

urlpatterns = [
    re_path(r"^api/v1/readings/?\Z", device_views.batch),
    # /update/API_key=K/mac=M/field=N/data=V and the same without /update; a
    # doubled slash in front and one behind, as boards in the field send them.
    # Whatever follows is ours to refuse, a newline and a name in the wrong case too.
    re_path(r"^/*(?:update(?:/|\Z)|[Aa][Pp][Ii]_[Kk][Ee][Yy]=)", device_views.path_update),
]
