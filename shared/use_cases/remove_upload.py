"""RemoveUpload: take a document that was added by itself out of the draft."""

from dataclasses import dataclass

from shared.domain.errors import InvalidInputError
from shared.use_cases.ingest_document import IngestDocument, IngestResult
from shared.use_cases.ingest_folder import UPLOADS


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveUpload:
    """Only uploads: a document of the company's folder would be back at the next look at that folder."""

    ingest: IngestDocument

    def __call__(self, tenant: str, name: str) -> IngestResult:
        """Remove `uploads/NAME`, or NAME alone. Raises InvalidInputError that says what to name instead."""
        sources = {one.source for one in self.ingest.knowledge.documents(tenant)}
        for source in (name, f"{UPLOADS}{name}"):
            if source in sources and source.startswith(UPLOADS):
                return self.ingest.remove(tenant, source)
        if name in sources:
            raise InvalidInputError(name, "it is in the company's folder: delete it there, and ingest the folder")
        uploads = ", ".join(sorted(source for source in sources if source.startswith(UPLOADS)))
        raise InvalidInputError(name, f"no such upload; there are: {uploads}" if uploads else "there are no uploads")
