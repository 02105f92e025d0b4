"""This room's tables."""

from alerts.advice.models import AdviceChange, AdviceForecast, AdvisedPair, Adviser

__all__ = ("AdviceChange", "AdviceForecast", "AdvisedPair", "Adviser")
