"""Links of the OpenAPI document: which call follows which, and with what."""

from typing import Any

_CONVERSATION = {"conversation_id": "$response.body#/conversation_id"}
_SAME_CONVERSATION = {"conversation_id": "$request.path.conversation_id"}

AFTER_OPENING: dict[int | str, dict[str, Any]] = {
    201: {
        "links": {
            "ask": {"operationId": "post_message", "parameters": _CONVERSATION},
            "read": {"operationId": "list_messages", "parameters": _CONVERSATION},
        }
    }
}
AFTER_POSTING: dict[str, Any] = {
    "headers": {"Location": {"description": "where the answer will appear", "schema": {"type": "string"}}},
    "links": {"poll": {"operationId": "list_messages", "parameters": _SAME_CONVERSATION}},
}
