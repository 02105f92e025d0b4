"""The admin's list of boards that call and may not write, with what can be done about each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from readings import admin_cells, refused_boards
from readings.admin_cells import NOTHING
from readings.times import now_ms
from stations import adoption
from stations.adoption import CannotAdopt
from stations.models import RefusedBoard, Station
from stations.verbs import NewKey

if TYPE_CHECKING:
    RefusedBoardModelAdmin = admin.ModelAdmin[RefusedBoard]
else:
    RefusedBoardModelAdmin = admin.ModelAdmin

_LIST = "admin:stations_refusedboard_changelist"
_WEAK = "Its key is short enough to guess. Rotate it when you can reflash the board."
_Verb = Callable[[HttpRequest, Any, str], HttpResponse]


class IgnoredFilter(admin.SimpleListFilter):
    title = "ignored"
    parameter_name = "ignored"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "ignored")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[RefusedBoard]
    ) -> QuerySet[RefusedBoard]:
        return queryset.filter(is_ignored=self.value() == "yes")

    def choices(self, changelist: Any) -> Any:
        everything, *rest = super().choices(changelist)
        return [{**everything, "display": "not ignored"}, *rest]


class RefusedBoardAdmin(RefusedBoardModelAdmin):
    list_display = ("mac", "why", "key", "address", "last_value", "last_seen", "count", "mend")
    list_display_links = None
    list_filter: ClassVar[Any] = (IgnoredFilter,)
    actions = ("ignore", "list_again")
    show_facets = admin.ShowFacets.NEVER

    class Media:
        css = {"all": ("stations/admin.css",)}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: RefusedBoard | None = None) -> bool:
        """A row is not edited; who may change stations decides about it."""
        return request.user.has_perm("stations.change_station")

    def has_view_permission(self, request: HttpRequest, obj: RefusedBoard | None = None) -> bool:
        return request.user.has_perm("stations.view_station") or self.has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: RefusedBoard | None = None) -> bool:
        return False  # it would be back with the next call; ignoring lasts

    def get_queryset(self, request: HttpRequest) -> QuerySet[RefusedBoard]:
        return refused_boards.listed()

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = super().get_list_display(request)
        return shown if self.has_change_permission(request) else shown[:-1]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {"title": "Refused boards"} | (extra_context or {}))

    def change_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse(_LIST))  # all there is to know is in the list

    # --- cells ------------------------------------------------------------

    @admin.display(description="Why", ordering="cause")
    def why(self, board: Any) -> str:
        if board.cause == RefusedBoard.Cause.SWAPPED:
            return "Its config.py has key and MAC address swapped"
        if board.station_id:
            url = reverse("admin:stations_station_change", args=[board.station_id])
            return format_html('Wrong key of <a href="{}">{}</a>', url, board.station_name)
        if board.owner_id:
            url = reverse("admin:stations_station_change", args=[board.owner_id])
            text = 'MAC address not registered; has the key of <a href="{}">{}</a>'
            return format_html(text, url, board.owner_name)
        return "MAC address not registered"

    @admin.display(description="Key it sends")
    def key(self, board: RefusedBoard) -> str:
        if not board.key_digest:
            return "no possible key"
        weak = format_html(' <span class="key-rotating">{}</span>', "short")
        return format_html("<code>{}</code>{}", board.key_hint, weak if board.is_key_weak else "")

    @admin.display(description="Last value")
    def last_value(self, board: RefusedBoard) -> str:
        if board.value is None:
            return NOTHING
        return format_html('<span class="value">{} (field {})</span>', board.value, board.field)

    @admin.display(description="Last seen", ordering="seen_at")
    def last_seen(self, board: RefusedBoard) -> str:
        return admin_cells.ago(board.seen_at, now_ms())

    @admin.display(description="What to do")
    def mend(self, board: Any) -> SafeString:
        return format_html_join(" ", "{}", ((_button(board, *one),) for one in _choices(board)))

    # --- what can be done ---------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        verbs: dict[str, _Verb] = {
            "adopt": self._adopt,
            "replace": self._replace,
            "accept-key": self._accept_key,
            "ignore": self._ignore,
        }
        return [self._url(name, verb) for name, verb in verbs.items()] + super().get_urls()

    def _url(self, name: str, verb: _Verb) -> URLPattern:
        @require_POST
        def view(request: HttpRequest, board_id: int) -> HttpResponse:
            return self._do(request, board_id, verb)

        url_name = f"stations_refusedboard_{name.replace('-', '_')}"
        return path(f"<int:board_id>/{name}/", self.admin_site.admin_view(view), name=url_name)

    def _do(self, request: HttpRequest, board_id: int, verb: _Verb) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        board = refused_boards.listed().filter(pk=board_id).first()
        try:
            if board is None:
                raise CannotAdopt("That board is not on the list any more.")
            return verb(request, board, request.POST.get("key_mark", ""))
        except CannotAdopt as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(reverse(_LIST))

    def _adopt(self, request: HttpRequest, board: Any, key_mark: str) -> HttpResponse:
        if not request.user.has_perm("stations.add_station"):
            raise PermissionDenied
        adopted = adoption.adopt_station(board, key_mark)
        station_admin: Any = self.admin_site.get_model_admin(Station)
        station_admin.log_addition(request, adopted.station, f"Adopted {board.mac}.")
        if adopted.api_key:
            response: HttpResponse = station_admin.show_keys(
                request, [NewKey(adopted.station, adopted.api_key)]
            )
            return response
        text = (
            f"{board.mac} is a station now and its board needs no change: its next reading"
            " is stored. Give it a name."
        )
        if board.owner_name:
            text += f" It shares its key with {board.owner_name}; rotate one of them some day."
        return self._to_station(request, adopted.station, text, board.is_key_weak)

    def _replace(self, request: HttpRequest, board: Any, key_mark: str) -> HttpResponse:
        station = Station.objects.filter(pk=board.owner_id).first()
        if station is None:
            raise CannotAdopt(f"No station has the key of {board} any more. Adopt it instead.")
        before = station.mac
        adoption.replace_board(board, key_mark, station)
        self._log(request, station, f"Replaced the board {before} by {board.mac}.")
        text = f"{station} goes on with the board {board.mac} in place of {before}."
        return self._to_station(request, station, text, is_weak=False)

    def _accept_key(self, request: HttpRequest, board: Any, key_mark: str) -> HttpResponse:
        station = adoption.accept_key(board, key_mark)
        self._log(request, station, "Accepted the key that its board sends.")
        text = (
            f"{station} has the key {board.key_hint} now, which its board sends: its next reading"
            f" is stored. The old key {station.old_key_hint} ends with it."
        )
        return self._to_station(request, station, text, board.is_key_weak)

    def _ignore(self, request: HttpRequest, board: RefusedBoard, key_mark: str) -> HttpResponse:
        adoption.set_ignored([board.pk], not board.is_ignored)
        words = "is listed again" if board.is_ignored else "is ignored: still refused, not listed"
        self.message_user(request, f"{board} {words}.", messages.SUCCESS)
        return HttpResponseRedirect(reverse(_LIST))

    @admin.action(description="Ignore", permissions=["change"])
    def ignore(self, request: HttpRequest, queryset: QuerySet[RefusedBoard]) -> None:
        adoption.set_ignored([board.pk for board in queryset], True)

    @admin.action(description="List again", permissions=["change"])
    def list_again(self, request: HttpRequest, queryset: QuerySet[RefusedBoard]) -> None:
        adoption.set_ignored([board.pk for board in queryset], False)

    def _to_station(
        self, request: HttpRequest, station: Station, text: str, is_weak: bool
    ) -> HttpResponse:
        self.message_user(request, text, messages.SUCCESS)
        if is_weak:
            self.message_user(request, _WEAK, messages.WARNING)
        return HttpResponseRedirect(reverse("admin:stations_station_change", args=[station.pk]))

    def _log(self, request: HttpRequest, station: Station, text: str) -> None:
        station_admin: Any = self.admin_site.get_model_admin(Station)
        station_admin.log_change(request, station, text)


def _choices(board: Any) -> list[tuple[str, str]]:
    """Return what can be done about a board: the verb and the word on its button."""
    ignore = ("ignore", "List again" if board.is_ignored else "Ignore")
    if board.cause == RefusedBoard.Cause.SWAPPED:
        return [ignore]
    if board.station_id:
        return [("accept_key", "Accept its key"), ignore] if board.key_digest else [ignore]
    if board.owner_id:
        replace = ("replace", f"It replaces the board of {board.owner_name}")
        return [("adopt", "Adopt as a new station"), replace, ignore]
    return [("adopt", "Adopt"), ignore]


def _button(board: RefusedBoard, verb: str, text: str) -> SafeString:
    """Return a button of the list's own form: what it posts goes to this board's address."""
    return format_html(
        '<button class="mend{}" formaction="{}" name="key_mark" value="{}">{}'
        '<span class="unseen"> {}</span></button>',
        " mend-quiet" if verb == "ignore" else "",
        reverse(f"admin:stations_refusedboard_{verb}", args=[board.pk]),
        board.key_mark,
        text,
        board.mac,
    )
