"""Imports one unpacked zip as Lambda would, and says what it took: `python import_zip.py FOLDER SDK FUNCTION`.

Run by another Python, in another root, on another machine: nothing of ours but what is in the zip, and the standard
library. SDK is a folder with boto3, which Lambda's runtime brings. The environment is complete, and names nothing real.
Prints one JSON object; retrieval and knowledge embed a sentence for it.
"""

import importlib
import json
import platform
import sys
import time
from pathlib import Path

WITH_EMBEDDER = ("retrieval", "knowledge")
# Modules of ours that a zip holds in vain where it has not the package that they are for.
ENGINES = {
    "shared.adapters.opensearch": "opensearchpy",
    "shared.adapters.pinecone": "pinecone",
    "shared.adapters.e5": "onnxruntime",
    "shared.adapters.tantivy": "tantivy",
    "shared.adapters.index_archive.small_pair": "tantivy",
    "shared.adapters.index_archive.keyword_pair": "tantivy",
}


def main(folder: str, sdk: str, function: str) -> None:
    """Import the entry, and then every module of ours in the zip: also those that are imported only when needed."""
    sys.path[:0] = [folder, sdk]
    began = time.process_time()
    entry = importlib.import_module(f"functions.{function}.main")
    report = {"function": function, "machine": platform.machine(), "python": platform.python_version()}
    report["init_cpu_s"] = round(time.process_time() - began, 2)
    report["handler"] = callable(entry.handler)
    report["modules"] = len([importlib.import_module(name) for name in modules(Path(folder))])
    if function in WITH_EMBEDDER and (Path(folder) / "onnxruntime").is_dir():
        (vector,) = entry.embedder.embed_queries(["怎么退货？"])
        report["dimensions"], report["length"] = len(vector), round(float(sum(x * x for x in vector)), 3)
    if function == "dialog":
        report["http_client"] = http_client_is_whole()
    sys.stdout.write(json.dumps(report) + "\n")


def modules(folder: Path) -> list[str]:
    """Names of our modules, but for those whose packages are in other zips."""
    files = [path.relative_to(folder) for part in ("functions", "shared") for path in (folder / part).rglob("*.py")]
    names = [".".join(path.with_suffix("").parts) for path in files if path.name != "__init__.py"]
    absent = tuple(ours for ours, package in ENGINES.items() if not (folder / package).exists())
    return [name for name in sorted(names) if not name.startswith(absent)]


def http_client_is_whole() -> bool:
    """Whether a request gets as far as the network: port 9 of this machine, where nobody listens."""
    httpx = importlib.import_module("httpx")
    try:
        httpx.Client().post("http://127.0.0.1:9/", json={})
    except httpx.ConnectError:
        return True
    return False


if __name__ == "__main__":
    main(*sys.argv[1:4])
