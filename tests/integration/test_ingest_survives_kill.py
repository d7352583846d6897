"""`kill -9` in the middle of an ingestion: the next run finishes it, on the real files."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from shared.adapters.sqlite.database import Database
from shared.adapters.sqlite.knowledge_store import SQLiteKnowledgeStore
from tests.unit.knowledge_world import TENANT

_SCRIPT = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    from shared.adapters.sqlite.database import Database
    from shared.adapters.sqlite.knowledge_store import SQLiteKnowledgeStore
    from shared.domain.knowledge import DocumentMeta
    from shared.use_cases.ingest_document import IngestDocument
    from shared.use_cases.ingest_folder import FolderFile, IngestFolder
    from shared.use_cases.publish_knowledge import PublishKnowledge
    from tests.unit.knowledge_world import TENANT, ParserInProcess, TickingClock

    class FileIndex:
        def __init__(self, path, dies_at):
            self.path, self.left = path, dies_at
        def apply(self, tenant, added, removed):
            with open(self.path, "a", encoding="utf-8") as out:
                for one in added:
                    out.write(one.chunk_id + "\\n")
                    out.flush()
                    self.left -= 1
                    if self.left == 0:
                        os.kill(os.getpid(), signal.SIGKILL)

    class NoVectors:
        def apply(self, tenant, added, removed): pass

    folder, dies_at = Path(sys.argv[1]), int(sys.argv[2])
    store = SQLiteKnowledgeStore(Database(folder / "k.db"))
    ingest = IngestDocument(parser=ParserInProcess(), knowledge=store, keywords=FileIndex(folder / "index.txt", dies_at),
                            vectors=NoVectors(), embedder=None, clock=TickingClock())
    text = "# T{0}\\n\\n## A\\n\\nfirst {0}.\\n\\n## B\\n\\nsecond {0}.\\n\\n## C\\n\\nthird {0}.\\n"
    files = [FolderFile(source=f"knowledge/{n}.md", load=text.format(n).encode, meta=DocumentMeta()) for n in range(4)]
    IngestFolder(ingest=ingest)(TENANT, files)
    PublishKnowledge(knowledge=store, clock=TickingClock())(TENANT)
    """
)


def _run(folder: Path, dies_at: int) -> int:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run([sys.executable, "-c", _SCRIPT, str(folder), str(dies_at)], env=environment, check=False).returncode


@pytest.mark.parametrize("dies_at", [1, 5, 12])
def test_the_next_run_finishes_what_a_killed_one_began(tmp_path: Path, dies_at: int) -> None:
    assert _run(tmp_path, dies_at) == -signal.SIGKILL
    assert _run(tmp_path, 0) == 0
    store = SQLiteKnowledgeStore(Database(tmp_path / "k.db"))
    stored = {chunk.chunk_id for chunk in store.all_chunks(TENANT)}
    assert store.snapshot(TENANT).published == 1
    assert len(stored) == 12
    assert set((tmp_path / "index.txt").read_text(encoding="utf-8").split()) == stored
