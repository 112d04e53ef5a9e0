"""Notices as workflow commands, which GitHub shows beside the lines of a change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from checker.render.records import Level, Notice, shown

_COMMANDS: Mapping[Level, str] = {"error": "error", "warning": "warning", "note": "notice"}


def github(notices: Iterable[Notice]) -> str:
    """One command in each line."""
    return "".join(f"{_command(one)}\n" for one in notices)


def _command(notice: Notice) -> str:
    place = notice.place
    settings = {"file": place.file}
    if place.line:
        settings["line"] = str(place.line)
        if place.column:
            settings["col"] = str(place.column)
    settings["title"] = notice.rule
    told = ",".join(f"{name}={_setting(value)}" for name, value in settings.items())
    return f"::{_COMMANDS[notice.level]} {told}::{_data(notice.message)}"


def _data(text: str) -> str:
    """A message: what would end the line or begin an escape is escaped."""
    return shown(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _setting(text: str) -> str:
    """The value of a setting, which a colon or a comma would end as well."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
