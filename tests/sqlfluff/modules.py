"""Stands in for dbt's `modules` while sqlfluff lints."""

import datetime
import re

__all__ = ["datetime", "re"]
