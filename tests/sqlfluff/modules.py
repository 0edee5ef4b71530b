"""Stands in for dbt's `modules` while sqlfluff lints."""

import datetime
import re

import pytz

__all__ = ["datetime", "pytz", "re"]
