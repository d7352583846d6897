"""Where the functions' log lines go on a single machine: one rotating file of JSON lines, not the terminal."""

import logging
import os
from logging.handlers import RotatingFileHandler

from local.data_folder import DataFolder

_SERVICES = ("ingress", "desk", "dialog", "retrieval", "tickets", "outbox", "sweeper", "knowledge", "poller")
_BYTES, _FILES = 10_000_000, 3


def quiet_metrics() -> None:
    """Turn metrics off, unless somebody asks for them: in Lambda they are lines on standard output."""
    os.environ.setdefault("POWERTOOLS_METRICS_DISABLED", "true")


def send_logs_to(folder: DataFolder) -> None:
    """Point every function's logger at logs/kefu.log; call it when the functions are built."""
    file = RotatingFileHandler(folder.logs / "kefu.log", maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8")
    for service in _SERVICES:
        logger = logging.getLogger(service)
        if logger.handlers:
            file.setFormatter(logger.handlers[0].formatter)
        logger.handlers = [file]
        logger.propagate = False
