"""What unit tests of use cases work with: real adapters in memory, a clock that stands still."""

from shared.adapters.doubles.fixed_clock import FixedClock
from shared.adapters.doubles.sequential_ids import SequentialIds
from tests.contract.engines import Ports, memory_ports

__all__ = ["FixedClock", "Ports", "SequentialIds", "memory_ports"]
