from django.urls import path

from upkeep import views

urlpatterns = [path("status/", views.show_status, name="status")]
