"""Requests of Pinecone's data plane, version 2026-07, written from its published API: what does not fit is refused.

Sources: github.com/pinecone-io/pinecone-api, 2026-07/db_data_2026-07.oas.yaml (QueryRequest, UpsertRequest, UpdateRequest,
DeleteRequest, FetchByMetadataRequest, parameters of listVectors and fetchVectors, Vector, MetadataValue);
docs.pinecone.io/reference/api/database-limits/operation-limits (1,000 records and 2 MB per upsert, 40 KB of metadata,
10,000 results); docs.pinecone.io/guides/data/understanding-metadata (filter operators and what they take).
"""

import json
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr, model_validator

MOST_RECORDS = 1000
MOST_BYTES = 2_000_000
MOST_METADATA_BYTES = 40_960
LEAST_MAGNITUDE = 1e-8

Id = Annotated[StrictStr, Field(pattern=r"^[\x01-\x7F]+$", min_length=1, max_length=512)]
Prefix = Annotated[StrictStr, Field(pattern=r"^[\x01-\x7F]*$", max_length=512)]
Namespace = Annotated[StrictStr, Field(pattern=r"^[\x01-\x7F]*$", max_length=512)]
Number = StrictInt | StrictFloat
MetadataValue = StrictStr | StrictBool | Number | list[StrictStr]


def _metadata(value: dict[str, Any]) -> dict[str, Any]:
    if any(name.startswith("$") for name in value):
        raise ValueError("metadata field names may not begin with $")
    if len(json.dumps(value, ensure_ascii=False).encode()) > MOST_METADATA_BYTES:
        raise ValueError("metadata is larger than 40 KB")
    return value


def _dense(values: list[float]) -> list[float]:
    if all(abs(value) < LEAST_MAGNITUDE for value in values):
        raise ValueError("a dense vector must hold at least one value that is not zero")
    return values


_COMPARED = {"$gt", "$gte", "$lt", "$lte"}


def check_filter(value: dict[str, Any]) -> dict[str, Any]:
    """Raise ValueError for an expression that the filter language does not have."""
    for name, condition in value.items():
        if name in ("$and", "$or"):
            if not isinstance(condition, list) or not condition or not all(isinstance(part, dict) for part in condition):
                raise ValueError(f"{name} takes a list of expressions")
            for part in condition:
                check_filter(part)
        elif name.startswith("$"):
            raise ValueError(f"{name} cannot stand at the top level")
        elif isinstance(condition, dict):
            for operator, operand in condition.items():
                _check_operator(operator, operand)
        else:
            _check_operator("$eq", condition)
    return value


def _check_operator(operator: str, operand: object) -> None:
    number = isinstance(operand, int | float) and not isinstance(operand, bool)
    if operator in _COMPARED:
        fits = number
    elif operator in ("$eq", "$ne"):
        fits = isinstance(operand, str | int | float)
    elif operator in ("$in", "$nin"):
        fits = isinstance(operand, list) and len(operand) <= 10_000 and all(isinstance(one, str | int | float) for one in operand)
    elif operator == "$exists":
        fits = isinstance(operand, bool)
    else:
        raise ValueError(f"no operator {operator}")
    if not fits:
        raise ValueError(f"{operator} does not take {type(operand).__name__}")


Metadata = Annotated[dict[StrictStr, MetadataValue], AfterValidator(_metadata)]
Dense = Annotated[list[Number], Field(min_length=1, max_length=20_000)]
Filter = Annotated[dict[StrictStr, Any], AfterValidator(check_filter)]
SomeFilter = Annotated[Filter, Field(min_length=1)]


class _Request(BaseModel):
    """Unknown fields are refused, and so is null for a field that is no null."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Record(_Request):
    id: Id
    values: Annotated[Dense, AfterValidator(_dense)]
    metadata: Metadata = Field(default_factory=dict)


class Upsert(_Request):
    vectors: Annotated[list[Record], Field(min_length=1, max_length=MOST_RECORDS)]
    namespace: Namespace = ""


class Query(_Request):
    topK: Annotated[StrictInt, Field(ge=1, le=10_000)]
    vector: Dense
    namespace: Namespace = ""
    filter: Filter = Field(default_factory=dict)
    includeValues: StrictBool = False
    includeMetadata: StrictBool = False


class Update(_Request):
    namespace: Namespace = ""
    setMetadata: Metadata = Field(default_factory=dict)
    id: Id = ""
    values: Dense = Field(default_factory=list)
    filter: SomeFilter = Field(default_factory=dict)
    dryRun: StrictBool = False

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if bool(self.id) == bool(self.filter):
            raise ValueError("exactly one of id and filter")
        if self.filter and self.values:
            raise ValueError("an update by metadata cannot set values")
        return self


class Delete(_Request):
    namespace: Namespace = ""
    ids: Annotated[list[Id], Field(max_length=MOST_RECORDS)] = Field(default_factory=list)
    deleteAll: StrictBool = False
    filter: SomeFilter = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_selector(self) -> Self:
        if sum((bool(self.ids), self.deleteAll, bool(self.filter))) != 1:
            raise ValueError("exactly one of ids, deleteAll and filter")
        return self


class FetchByMetadata(_Request):
    filter: SomeFilter
    namespace: Namespace = ""
    limit: Annotated[StrictInt, Field(ge=1, le=10_000)] = 100
    paginationToken: StrictStr = ""


class List(_Request):
    """Query parameters: text."""

    namespace: Namespace = ""
    prefix: Prefix = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 100
    paginationToken: StrictStr = ""


class Fetch(_Request):
    ids: Annotated[list[Id], Field(min_length=1, max_length=MOST_RECORDS)]
    namespace: Namespace = ""
