"""`kefu dev`: everything on 127.0.0.1 in one process, until Ctrl-C."""

import gc
import signal
import socket
from collections.abc import Generator
from contextlib import closing, contextmanager

import uvicorn
from rich.console import Console

from local.composition.front_doors import staff_token
from local.data_folder import DataFolder, StartupError, exclusive
from local.first_start import VectorWork, first_start, needs_first_start, read_changes_soon
from local.http_protocol import TimelyProtocol
from local.logs import quiet_metrics, send_logs_to
from local.machine import Machine, open_machine
from local.search_node import with_search
from local.settings import LocalSettings
from local.site import Site

HOST = "127.0.0.1"
# Longer than a page's pause between two looks: a request that meets the close of its own connection is lost.
_IDLE_S = 40
_GRACE_S = 5
_ADDRESS_IN_USE = 98
# Well below the 1,024 files that a process may usually have open: who comes beyond them gets 503 and not a broken disk.
_CONNECTIONS = 800
_CHECK_BELOW_BYTES = 64_000_000


def serve(settings: LocalSettings, console: Console) -> None:
    """Run until SIGINT or SIGTERM. Raises StartupError or another SupportError, each of which says what to do."""
    quiet_metrics()
    folder = DataFolder(settings.data)
    folder.prepare()
    with (
        exclusive(folder, settings.port, settings.company),
        closing(listen_on(settings.port)) as listening,
        with_search(settings, console) as found,
        _machine(found, folder) as machine,
    ):
        if needs_first_start(machine):
            console.print("First start: preparing the embedding model and the company's documents, about half a minute.")
            first_start(machine, console)
        else:
            VectorWork(machine, before=lambda: read_changes_soon(machine, console)).start()
        send_logs_to(folder)
        machine.start()
        server = _web_server(machine)
        for number in (signal.SIGINT, signal.SIGTERM):
            # It listens for signals itself, but only once it runs; an exception of the default handler may get lost before.
            signal.signal(number, server.handle_exit)
        _announce(machine, console)
        server.run(sockets=[listening])
    console.print("Stopped. All data is kept in " + str(settings.data))


@contextmanager
def _machine(settings: LocalSettings, folder: DataFolder) -> Generator[Machine]:
    machine = open_machine(settings, folder)
    try:
        _check_files(machine)
        yield machine
    finally:
        machine.close()


def _check_files(machine: Machine) -> None:
    """Look through the files while that takes no time; `kefu doctor` looks through large ones too."""
    for path, database in machine.files():
        if path.stat().st_size < _CHECK_BELOW_BYTES:
            database.check()


def listen_on(port: int) -> socket.socket:
    """Return a socket that listens on the port of 127.0.0.1 (0: any). Raises StartupError that says what to do."""
    # With its protocol named: only for such sockets does asyncio send at once, instead of waiting for the client to
    # acknowledge an answer's head, which takes it 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    # Connections of a killed predecessor may still be closing; that is no reason to refuse the port.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(512)
    except OSError as error:
        listening.close()
        raise StartupError(_port_advice(port, error)) from error
    return listening


def _port_advice(port: int, error: OSError) -> str:
    if error.errno == _ADDRESS_IN_USE:
        return f"port {port} is in use by another program: stop that one, or choose another port, e.g. make dev PORT={port + 1}"
    return f"port {port} cannot be used ({error.strerror}): choose one above 1023, e.g. make dev PORT=8080"


def _announce(machine: Machine, console: Console) -> None:
    address = f"http://{HOST}:{machine.settings.port}"
    console.print(
        f"\n[bold]Kefu is running[/] for {machine.company.name.get('zh') or machine.company.tenant}. Ctrl-C stops it.\n"
    )
    console.print(f"  chat page   {address}/", highlight=False)
    console.print(f"  staff page  {address}/desk/   token: {staff_token(machine.stores)}", highlight=False, soft_wrap=True)
    console.print(f"  API         {address}/api", highlight=False)
    console.print(f"  logs        {machine.folder.logs / 'kefu.log'}\n", highlight=False, soft_wrap=True)


def _web_server(machine: Machine) -> uvicorn.Server:
    site = Site(machine.functions.ingress, machine.functions.desk, machine.settings.web)
    config = uvicorn.Config(
        site,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        http=TimelyProtocol,
        limit_concurrency=_CONNECTIONS,
        timeout_graceful_shutdown=_GRACE_S,
        timeout_keep_alive=_IDLE_S,
    )
    # What is there by now stays: a collection that walks all of it makes some customer wait.
    gc.collect()
    gc.freeze()
    return uvicorn.Server(config)
