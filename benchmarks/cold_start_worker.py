"""One cold start in a fresh process: `python cold_start_worker.py FOLDERS MODULE EVENT ENDPOINT`; prints its CPU seconds.

FOLDERS (separated by ":") come first on the path: an unpacked zip, and what Lambda's runtime brings. The environment is
complete and names an endpoint that answers as AWS would. Standard library only.
"""

import importlib
import json
import os
import resource
import sys
import time
from types import SimpleNamespace

# What of the runtime's context handlers read.
_CONTEXT = SimpleNamespace(function_name="measured", function_version="1", aws_request_id="measured", memory_limit_in_mb=1024)


def main(folders: str, module: str, event: str, endpoint: str) -> None:
    """Import, handle one event, and print what either took beyond the bare interpreter."""
    sys.path[:0] = [folder for folder in folders.split(":") if folder]
    # The last: Powertools traces where it sees that it runs in Lambda.
    os.environ.update({"AWS_ENDPOINT_URL": endpoint, "AWS_LAMBDA_FUNCTION_NAME": "measured", "LAMBDA_TASK_ROOT": "/var/task"})
    bare = time.process_time()
    if module.startswith("functions."):
        _complete(module)
    handler = importlib.import_module(module).handler
    ready = time.process_time()
    handler(json.loads(event), _CONTEXT)
    done = time.process_time()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stderr.write(json.dumps({"init_s": ready - bare, "first_s": done - ready, "peak_mb": peak_mb}) + "\n")


def _complete(module: str) -> None:
    """Set every variable that the function's settings require."""
    fields = importlib.import_module(module.replace(".main", ".settings")).Environment.model_fields
    for name, field in fields.items():
        if field.is_required():
            value = "http://127.0.0.1:9/queue" if name.endswith("_url") else '["acme"]' if name == "tenants" else "acme"
            os.environ[f"KEFU_{name.upper()}"] = value


if __name__ == "__main__":
    main(*sys.argv[1:5])
