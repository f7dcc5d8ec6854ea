"""What a probed script may use at most. Numbers stand here, apart from the logic."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Limits of one RUN in the sandbox; sizes in bytes, times in seconds."""

    wall_seconds: float = 10.0  # time of the script
    closing_seconds: float = 5.0  # further time to stop what is left and hand over the files
    cpu_seconds: int = 10  # of each process
    address_space: int = 256 * MEBIBYTE  # of each process
    resident: int = 512 * MEBIBYTE  # of all processes together
    file_size: int = 16 * MEBIBYTE  # of each file
    disk: int = 64 * MEBIBYTE  # of all files together; they lie in memory
    processes: int = 64
    output: int = MEBIBYTE  # kept of what the script prints; the rest is read and dropped
    commands: int = 2000  # recorded calls of outside commands


DEFAULT_LIMITS = Limits()
