"""The API's addresses and the bodies they take, from the OpenAPI documents that the code writes (`make openapi`)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_DOCS = Path(__file__).resolve().parents[1] / "docs"
DOCUMENTS = {"ingress": "openapi-ingress.json", "desk": "openapi-desk.json"}
# What a browser opens: the files of web/dist that have a name of their own, and all assets. `ingress` serves them.
PAGES = (
    "/",
    "/index.html",
    "/demo.html",
    "/demo.css",
    "/desk",
    "/desk/index.html",
    "/widget.js",
    "/favicon.svg",
    "/page.json",
    "/assets/{file}",
)
_JSON = "application/json"
# JSON Schema draft 4 is what API Gateway's models speak; what is not listed here says nothing about validity.
_KEPT = ("type", "properties", "required", "items", "anyOf", "enum", "minLength", "maxLength", "minimum", "maximum", "pattern")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method of one address. `body`: the schema that it must fit, None where there is none or it may be left out."""

    function: str
    method: str
    path: str
    body: Mapping[str, Any] | None

    @property
    def model_name(self) -> str:
        """A name for the body's model: letters and digits."""
        words = self.path.replace("{", "").replace("}", "").replace("-", "/").replace("_", "/").split("/")
        return self.method.title() + "".join(word.title() for word in words)


def routes() -> Iterator[Route]:
    """Yield every route of the functions that people call over HTTP."""
    for function, name in DOCUMENTS.items():
        document = json.loads((_DOCS / name).read_text("utf-8"))
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                body = _body(operation, document["components"]["schemas"])
                yield Route(function=function, method=method.upper(), path=path, body=body)


def _body(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any] | None:
    body = operation.get("requestBody")
    if not body or not body.get("required"):
        return None
    return _flat(body["content"][_JSON]["schema"], schemas)


def _flat(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema with its references written out, in the older draft's words."""
    if "$ref" in schema:
        return _flat(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    kept = {name: schema[name] for name in _KEPT if name in schema}
    if "properties" in kept:
        kept["properties"] = {name: _flat(part, schemas) for name, part in kept["properties"].items()}
    if "items" in kept:
        kept["items"] = _flat(kept["items"], schemas)
    if "anyOf" in kept:
        kept["anyOf"] = [_flat(part, schemas) for part in kept["anyOf"]]
    return kept
