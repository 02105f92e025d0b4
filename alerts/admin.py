"""The operator's pages: channels, rules, and what was sent."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from alerts.admin_forms import ChannelForm, describe_typed
from alerts.advice import admin as advice_admin  # noqa: F401  # registers its own pages
from alerts.models import Browser, Channel, Delivery, Kind, SilenceRule, ThresholdRule
from alerts.sentences import sentences
from alerts.trial import send_test
from readings.times import from_ms
from readings.units import TemperatureUnit

if TYPE_CHECKING:
    ChannelModelAdmin = admin.ModelAdmin[Channel]
    DeliveryModelAdmin = admin.ModelAdmin[Delivery]
    BrowserModelAdmin = admin.ModelAdmin[Browser]
    SilenceModelAdmin = admin.ModelAdmin[SilenceRule]
    ThresholdModelAdmin = admin.ModelAdmin[ThresholdRule]
else:
    ChannelModelAdmin = DeliveryModelAdmin = BrowserModelAdmin = admin.ModelAdmin
    SilenceModelAdmin = ThresholdModelAdmin = admin.ModelAdmin

_TELLS = ("tells_silence", "tells_thresholds", "tells_advice", "tells_troubles")


@admin.register(Channel)
class ChannelAdmin(ChannelModelAdmin):
    """Ways out to the household."""

    form = ChannelForm
    list_display: Any = ("name", "shown_as", "is_active", "told", "last_outcome")
    readonly_fields: ClassVar[Any] = ("shown_as",)
    actions: Any = ("test_selected",)
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("name", "url", "is_in_house", "is_active")}),
        ("What it tells", {"fields": _TELLS}),
        ("Quiet hours", {"fields": (("quiet_from", "quiet_until"), "is_severe_at_any_hour")}),
    )

    class Media:
        css = {"all": ("stations/admin.css",)}

    def get_fieldsets(self, request: HttpRequest, obj: Channel | None = None) -> Any:
        may_type = obj is None or self.has_change_permission(request, obj)
        if may_type and (obj is None or obj.way == Channel.Way.APPRISE):
            return self.fieldsets
        # Read-only, Django would print the address itself.
        return ((None, {"fields": ("name", "shown_as", "is_active")}), *self.fieldsets[1:])

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.test_view)
        own = [path("<int:channel_id>/test/", view, name="alerts_channel_test")]
        return own + super().get_urls()

    @method_decorator(sensitive_post_parameters("url"))
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask Apprise ahead of Django's transaction: a program starts, and nobody could write."""
        if self.has_add_permission(request) or self.has_change_permission(request):
            request.described = describe_typed(request.POST)  # type: ignore[attr-defined]
        return super().changeform_view(request, *args, **kwargs)

    def get_form(
        self, request: HttpRequest, obj: Channel | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.described = getattr(request, "described", None)  # the class is this request's own
        return form

    def test_view(self, request: HttpRequest, channel_id: int) -> HttpResponse:
        """Ask, then send a test and say what came of it."""
        channel = Channel.objects.filter(pk=channel_id).first()
        if channel is None:
            raise Http404("This channel is gone. Go back to the list.")
        if not self.has_change_permission(request, channel):
            raise PermissionDenied
        if request.method == "POST":
            self._test(request, channel)
            return HttpResponseRedirect(reverse("admin:alerts_channel_change", args=[channel.pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Send a test",
            "media": self.media,
            "channel": channel,
        }
        return TemplateResponse(request, "admin/alerts/channel/test.html", context)

    @admin.action(description="Send a test now", permissions=["change"])
    def test_selected(self, request: HttpRequest, queryset: QuerySet[Channel]) -> None:
        for channel in queryset:
            self._test(request, channel)

    def _test(self, request: HttpRequest, channel: Channel) -> None:
        outcome = send_test(channel)
        level = messages.SUCCESS if outcome.is_ok else messages.ERROR
        self.message_user(request, f"{channel.name}: {outcome.text}", level)

    @admin.display(description="tells")
    def told(self, channel: Channel) -> str:
        fields = [Channel._meta.get_field(name) for name in _TELLS if getattr(channel, name)]
        return ", ".join(str(field.verbose_name) for field in fields) or "nothing"  # type: ignore[union-attr]

    @admin.display(description="last message")
    def last_outcome(self, channel: Channel) -> str:
        last = channel.deliveries.filter(attempts__gt=0).first()
        return f"{last.get_state_display()}. {last.outcome}" if last else "none yet"


@admin.register(SilenceRule)
class SilenceRuleAdmin(SilenceModelAdmin):
    """Exceptions: without a rule every station's silence is told after its usual grace."""

    list_display: Any = ("station", "grace_minutes", "is_told")
    list_select_related = ("station",)


@admin.register(ThresholdRule)
class ThresholdRuleAdmin(ThresholdModelAdmin):
    list_display: Any = (
        "sensor",
        "direction",
        "limit",
        "hysteresis",
        "for_minutes",
        "is_active",
    )
    list_filter = ("is_active",)
    list_select_related = ("sensor__station",)


@admin.register(Browser)
class BrowserAdmin(BrowserModelAdmin):
    """Browsers that asked to be told: to be looked at, and deleted."""

    list_display: Any = ("label", "viewer", "origin", "since")
    fields = readonly_fields = ("label", "viewer", "origin", "language", "unit", "since")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description="since", ordering="created_at")
    def since(self, browser: Browser) -> datetime:
        return _moment(browser.created_at)


@admin.register(Delivery)
class DeliveryAdmin(DeliveryModelAdmin):
    """What was sent, what waits, what failed. Nothing here can be changed."""

    list_display: Any = (
        "happened",
        "message",
        "channel",
        "browser",
        "state",
        "attempts",
        "outcome",
    )
    list_filter = ("state", "channel", "event__kind")
    list_select_related = ("event", "channel", "browser")
    fields = readonly_fields = (
        "happened",
        "message",
        "channel",
        "browser",
        "state",
        "attempts",
        "outcome",
        "ended",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        return False

    @admin.display(description="happened at", ordering="event__happened_at")
    def happened(self, delivery: Delivery) -> datetime:
        return _moment(delivery.event.happened_at)

    @admin.display(description="ended at")
    def ended(self, delivery: Delivery) -> datetime | None:
        return _moment(delivery.ended_at) if delivery.ended_at else None

    @admin.display(description="message")
    def message(self, delivery: Delivery) -> str:
        unit = cast(TemperatureUnit, settings.DEFAULT_TEMPERATURE_UNIT)
        text = sentences(delivery.event, unit)
        return text.title if delivery.event.kind == Kind.TROUBLE else str(text)


def _moment(ms: int) -> datetime:
    return from_ms(ms).astimezone(ZoneInfo(settings.TIME_ZONE))
