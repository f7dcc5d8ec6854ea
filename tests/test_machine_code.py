"""What belongs to which machine: the table against the compilers of four machines."""

from __future__ import annotations

import subprocess
from functools import cache

import pytest

from diag.causes.compiling_machine import _switch_in
from diag.causes.machine_code import (
    _by_words,
    has,
    machines_of_code,
    machines_of_header,
    machines_of_switch,
)
from tests.tools import need

COMPILERS = {
    "x86_64": "gcc",
    "aarch64": "aarch64-linux-gnu-gcc",
    "arm": "arm-linux-gnueabihf-gcc",
    "riscv64": "riscv64-linux-gnu-gcc",
}
SWITCHES = (
    "-mavx2", "-mno-red-zone", "-m32", "-march=x86-64-v2", "-mtune=haswell", "-mfix-cortex-a53-835769",
    "-march=armv9-a", "-mtune=neoverse-n1", "-marm", "-mfpu=neon", "-march=armv7-a", "-march=rv64gc",
    "-mcmodel=medany", "-mabi=lp64f", "-mbranch-protection=none",
)  # fmt: skip
UNKNOWN = ("-mgibberish", "-O2", "-mabi=ms", "-march=native", "-msoft-float")


@cache
def refused(compiler: str, switch: str) -> str:
    """What the driver and the compiler say; "" where both take it. Nothing is compiled."""
    need(compiler)
    command = [compiler, switch, "-S", "-x", "c", "-o", "/dev/null", "/dev/null"]
    done = subprocess.run(command, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False)  # fmt: skip
    return done.stderr if done.returncode else ""


@pytest.mark.parametrize("arch", COMPILERS)
def test_what_a_compiler_takes_is_its_own(arch):
    """A switch that it takes is of its machine by the table; each refusal is read, with its switch."""
    for switch in SWITCHES:
        told = refused(COMPILERS[arch], switch)
        own = has(machines_of_switch(switch), arch)
        assert own or told, switch
        if not own:
            lines = told.splitlines()
            assert switch in map(_switch_in, lines), told
            machines = {_by_words(line) for line in lines} - {""}
            assert machines <= {arch}, told
            assert machines or arch == "x86_64"  # a plain `gcc:` names no machine


def test_what_no_row_names_is_of_no_machine():
    """Switches that several machines know, or none, decide nothing."""
    assert not any(map(machines_of_switch, UNKNOWN))


@pytest.mark.parametrize(
    ("text", "arch"),
    [
        ('__asm__ __volatile__ ("inb %w1,%0":"=a" (_v):"Nd" (__port));', "x86_64"),
        ("unknown mnemonic `movq' -- `movq %rdi,%rax'", "x86_64"),
        ("`stp x29,x30,[sp,'", "aarch64"),
        ("mrs x0,cntvct_el0", "aarch64"),
        ("`push {r4,lr}'", "arm"),
        ("vld1.8 {d0},[r0]", "arm"),
        ("csrr a0, time", "riscv64"),
    ],
)
def test_assembly_is_known_by_what_one_machine_alone_has(text, arch):
    """Registers, constraints and mnemonics."""
    assert arch in machines_of_code(text)


def test_words_of_all_assemblers_are_of_no_machine():
    """add, nop and comments in prose."""
    for text in ('asm volatile("nop")', "`add r1, r2'", "int pause(void);", "ldr = 4"):
        assert machines_of_code(text) == frozenset(), text


def test_headers_of_one_machine():
    """A processor's own, and no others."""
    assert "x86_64" in machines_of_header("immintrin.h")
    assert machines_of_header("arm_neon.h") == {"arm", "aarch64"}
    assert machines_of_header("stdio.h") == frozenset()
