"""The page where a household's links are made and revoked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince

from stations import address
from viewers import links, qr
from viewers.admin_forms import LinkForm, NewLinkForm
from viewers.models import HouseholdLink

if TYPE_CHECKING:
    LinkModelAdmin = admin.ModelAdmin[HouseholdLink]
else:
    LinkModelAdmin = admin.ModelAdmin


@admin.register(HouseholdLink)
class HouseholdLinkAdmin(LinkModelAdmin):
    list_display = ("name", "opens", "last_used", "created_at", "hint")
    readonly_fields = ("hint", "created_at", "last_used")
    add_fieldsets: ClassVar[Any] = ((None, {"fields": ("name", "is_for_wall")}),)
    fieldsets = (
        (None, {"fields": ("name", "is_for_wall", "hint", "created_at", "last_used")}),
        ("What it shows", {"fields": ("unit", "language", "offered", "rooms")}),
    )
    form = LinkForm
    actions = ("revoke",)

    class Media:
        css = {"all": ("stations/admin.css", "viewers/admin.css")}

    def get_fieldsets(self, request: HttpRequest, obj: HouseholdLink | None = None) -> Any:
        return super().get_fieldsets(request, obj) if obj else self.add_fieldsets

    def get_form(
        self,
        request: HttpRequest,
        obj: HouseholdLink | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        kwargs["form"] = LinkForm if change else NewLinkForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_actions(self, request: HttpRequest) -> Any:
        """To delete a link is to revoke it: one word for it is enough."""
        return {n: a for n, a in super().get_actions(request).items() if n != "delete_selected"}

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(
            request, {"title": "Household links"} | (extra_context or {})
        )

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        own = {
            "title": "Add a household link",
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
        }
        return super().add_view(request, form_url, own | (extra_context or {}))

    def save_model(
        self, request: HttpRequest, obj: HouseholdLink, form: ModelForm[HouseholdLink], change: bool
    ) -> None:
        if not change:
            obj.issued_secret = links.give_secret(obj)
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: HouseholdLink, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Answer with the new link. It is the only time that anyone sees it."""
        host = address.host_for_others(request.get_host())
        path = reverse("open-link", args=[obj.issued_secret])
        url = f"{request.scheme}://{host}{path}"
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{obj.name}: open it now",
            "media": self.media,
            "link": obj,
            "url": url,
            "qr": qr.svg(url, f"QR code of the link for {obj.name}"),
            "is_unreachable": address.is_for_this_machine_alone(host),
        }
        response = TemplateResponse(request, "admin/viewers/householdlink/issued.html", context)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @admin.action(description="Revoke", permissions=["delete"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[HouseholdLink]) -> None:
        names = ", ".join(link.name for link in queryset)
        self.log_deletions(request, queryset)
        self.delete_queryset(request, queryset)
        self.message_user(request, f"Revoked: {names}.", messages.SUCCESS)

    @admin.display(description="Opens", ordering="is_for_wall")
    def opens(self, link: HouseholdLink) -> str:
        return "Page for a wall" if link.is_for_wall else "Dashboard"

    @admin.display(description="Link")
    def hint(self, link: HouseholdLink) -> str:
        """Name the link by its hint; it cannot be shown."""
        return format_html("<code>/h/{}</code>", link.secret_hint)

    @admin.display(description="Last used", ordering="last_used_at")
    def last_used(self, link: HouseholdLink) -> str:
        if link.last_used_at is None:
            return "never"
        now = timezone.now()
        if (now - link.last_used_at).total_seconds() < 3_600:
            return "within the hour"
        return f"{timesince(link.last_used_at, now)} ago"
