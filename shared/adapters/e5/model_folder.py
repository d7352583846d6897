"""What an exported model's folder holds: read where the exporter's own packages are not."""

from pathlib import Path

MODEL_FILE = "model.onnx"
READER_FILE = "reader.onnx"
VOCABULARY_FILE = "vocab.json"
VERSION_FILE = "version"
# Changed whenever other bytes come out: a model of another version is made again.
VERSION = "7"


def is_exported(folder: Path) -> bool:
    """Whether `folder` holds a whole model of this version: it appears by one rename, so a half-written one is never seen."""
    try:
        return (folder / VERSION_FILE).read_text(encoding="ascii") == VERSION
    except (OSError, ValueError):
        return False
