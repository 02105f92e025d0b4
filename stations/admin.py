"""The page where a household registers its boards.

`readings.admin` adds what was measured and registers the result: this room knows
nothing of readings.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.debug import sensitive_post_parameters

from stations import rotation, verbs
from stations.admin_forms import StationAddForm, StationForm
from stations.admin_keys import KeyPages
from stations.mac import InvalidMac, canonical_mac, is_hex
from stations.models import Sensor, Station
from stations.verbs import NewKey

if TYPE_CHECKING:
    SensorTabularInline = admin.TabularInline[Sensor, Station]
else:
    SensorTabularInline = admin.TabularInline

admin.site.site_header = "iotserver"
admin.site.site_title = "iotserver"
admin.site.index_title = "Administration"
admin.site.enable_nav_sidebar = False  # three lists need no second menu
admin.site.empty_value_display = "–"


class SensorInline(SensorTabularInline):
    model = Sensor
    fields: ClassVar[Any] = ("field", "quantity", "unit", "label")
    extra = 0
    # Its readings would go with it, unasked: readings.admin has a page that asks.
    can_delete = False


class RotationFilter(admin.SimpleListFilter):
    title = "API key"
    parameter_name = "key"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("rotating", "rotating"), ("old", "old key still used")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Station]) -> QuerySet[Station]:
        if self.value() is None:
            return queryset
        rotating = queryset.exclude(old_key_digest="")
        is_used = self.value() == "old"
        return rotating.filter(contact__old_key_used_at__isnull=False) if is_used else rotating


class StationAdmin(KeyPages):
    list_display: Any = ("name", "placement", "is_active", "shown_key")
    list_filter: ClassVar[Any] = ("placement", "is_active", RotationFilter)
    search_fields = ("name", "mac")
    search_help_text = "Name or MAC address, in any notation"
    actions = ("activate", "deactivate", "rotate_keys")
    form = StationForm
    inlines: ClassVar[Any] = (SensorInline,)
    readonly_fields: ClassVar[Any] = (
        "shown_key",
        "shown_old_key",
        "key_created_at",
        "created_at",
    )
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("name", "mac", "placement", "expected_interval_s", "is_active")}),
        ("API key", {"fields": ("shown_key", "shown_old_key", "key_created_at")}),
        ("Seen", {"fields": ("created_at",)}),
    )
    add_fieldsets: ClassVar[Any] = (
        (None, {"fields": ("name", "mac", "placement", "expected_interval_s")}),
        ("API key", {"fields": ("api_key",)}),
    )

    class Media:
        css = {"all": ("stations/admin.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Station]:
        return super().get_queryset(request).select_related("contact")

    def get_fieldsets(self, request: HttpRequest, obj: Station | None = None) -> Any:
        return super().get_fieldsets(request, obj) if obj else self.add_fieldsets

    def get_inlines(self, request: HttpRequest, obj: Station | None) -> Any:
        """A new station has no sensors: they appear with its first reading."""
        return super().get_inlines(request, obj) if obj else ()

    def get_form(
        self, request: HttpRequest, obj: Station | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        kwargs["form"] = StationForm if change else StationAddForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Station], search_term: str
    ) -> tuple[QuerySet[Station], bool]:
        with suppress(InvalidMac):  # it may be a name, or part of an address
            search_term = canonical_mac(search_term)
        return super().get_search_results(request, queryset, search_term)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {"title": "Stations"} | (extra_context or {}))

    @method_decorator(sensitive_post_parameters("api_key"))
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        one_button = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, one_button | (extra_context or {}))

    def save_model(
        self, request: HttpRequest, obj: Station, form: ModelForm[Station], change: bool
    ) -> None:
        if change:
            obj.save(update_fields=list(form.fields))  # its keys may have been rotated meanwhile
        else:
            obj.issued_key = verbs.give_first_key(obj, form.cleaned_data["api_key"])
            super().save_model(request, obj, form, change)
        if "mac" in form.changed_data and not is_hex(obj.mac):
            text = f"{obj.mac} is no real MAC address. It is registered as it is."
            self.message_user(request, text, messages.WARNING)

    def response_add(
        self, request: HttpRequest, obj: Station, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self.show_keys(request, [NewKey(obj, obj.issued_key)])

    @admin.display(description="API key", ordering="key_created_at")
    def shown_key(self, station: Station) -> str:
        """Name the key by its hint; it cannot be shown."""
        hint = format_html("<code>{}</code>", station.key_hint)
        if not station.is_rotating:
            return hint
        use = rotation.old_key_use(station)
        return format_html('{} <span class="key-rotating">↻ rotating, old key {}</span>', hint, use)

    @admin.display(description="Old key", empty_value="none")
    def shown_old_key(self, station: Station) -> str | None:
        if not station.is_rotating:
            return None
        return format_html(
            "<code>{}</code> {}; still good until the new one, made {}, is first used",
            station.old_key_hint,
            rotation.old_key_use(station),
            rotation.ago(station.key_created_at),
        )

    @admin.action(description="Activate", permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[Station]) -> None:
        self._set_active(request, queryset, True)

    @admin.action(description="Deactivate (refuse their readings)", permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Station]) -> None:
        self._set_active(request, queryset, False)

    def _set_active(
        self, request: HttpRequest, queryset: QuerySet[Station], is_active: bool
    ) -> None:
        stations = list(queryset)
        verbs.set_active([station.pk for station in stations], is_active)
        word = "Activated" if is_active else "Deactivated"
        for station in stations:
            self.log_change(request, station, f"{word}.")
        names = ", ".join(station.name for station in stations)
        self.message_user(request, f"{word}: {names}.", messages.SUCCESS)
