"""This room's admin pages."""

from alerts.advice import admin as advice

__all__ = ("advice",)
