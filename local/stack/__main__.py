"""`make stack`: the deployed form of the product on this machine, until Ctrl-C. The next start finds everything again."""

import argparse
import signal
import sys
import time
from pathlib import Path

from local.build_pages import BuildError
from local.build_pages import build as build_pages
from local.opensearch_install import OpenSearchMissingError
from local.read_company import read_company
from local.stack.assembly import StackError
from local.stack.deployment import SynthesisError, deploy, ensure_staff, synthesise, upload_company
from local.stack.local_aws import ROOT, EngineError, MiniStack, engine_environment, install
from local.stack.search import SearchChoiceError, StackSearch


def main() -> int:
    """Start, deploy, and wait."""
    parser = argparse.ArgumentParser(prog="python -m local.stack", description="Run the deployed templates on a local AWS.")
    parser.add_argument("--port", type=int, default=4602)
    parser.add_argument("--search", default="embedded", help="embedded, or opensearch for a real one")
    parser.add_argument("--data", type=Path, help="the folder of its state, in var/ if not given")
    parser.add_argument("--company", type=Path, default=ROOT / "samples" / "yuguang")
    chosen = parser.parse_args()
    for one in (signal.SIGINT, signal.SIGTERM):
        # Said for both: a shell's background job inherits SIGINT as ignored.
        signal.signal(one, signal.default_int_handler)
    try:
        search = StackSearch.named(chosen.search)
        return _run(chosen.port, (chosen.data or search.data).resolve(), chosen.company, search)
    except KeyboardInterrupt:
        return 0
    except (BuildError, EngineError, OpenSearchMissingError, SearchChoiceError, StackError, SynthesisError) as error:
        print(f"kefu: {error}", file=sys.stderr)
        return 1


def _run(port: int, data: Path, company: Path, search: StackSearch) -> int:
    data.mkdir(parents=True, exist_ok=True)
    install(engine_environment())
    build_pages()
    print("synthesising (the zips take minutes the first time) ...", flush=True)
    folder = synthesise(data / "cdk.out", "local", search.synthesis)
    with search.running(data) as search_url, MiniStack(folder=data, port=port) as cloud:
        began = time.monotonic()
        address = deploy(cloud, folder, search_url)
        token = ensure_staff(cloud)
        sent = upload_company(cloud, company, read_company(company).tenant)
        print(f"deployed in {time.monotonic() - began:.1f} s; {sent} files of the company sent to be read", flush=True)
        print(f"\n  chat page   {address.pages}\n  widget      {address.pages}demo.html")
        print(f"  staff page  {address.pages}desk/index.html\n  its token   {token}")
        print(f"  API         {address.url}/healthz\n  x-api-key   {address.api_key}", flush=True)
        print("\nCtrl-C stops it; docs/deploy.md says what to ask it.", flush=True)
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    sys.exit(main())
