"""How long an agent counts as there."""

from datetime import timedelta

# From one mark of the staff page, which renews it every 10 s.
PRESENCE = timedelta(seconds=30)
