"""What stops a link over a name although it is defined, and what is left to the program's start.

Seen with GNU ld 2.40, gold, lld 14 and mold 1.10; tests/test_resolve.py asks them again. GNU ld's
side of it is in its manual under --allow-shlib-undefined and -rpath-link.
"""

from __future__ import annotations

from collections.abc import Iterable

from diag.join.link_line import LinkLine
from diag.join.link_units import Unit
from diag.join.resolved import Resolution

# Libraries that a compiler adds to each link by itself, so that they are at hand though not given.
_ADDED = (
    "libc.so",
    "libc.musl-",
    "libgcc_s.so",
    "libm.so",
    "ld-linux",
    "ld-musl-",
    "libpthread.so",
)
_FIXED_PLACE = frozenset(["-no-pie", "-static", "--no-pie", "-nopie"])


def strangers(found: Resolution, line: LinkLine) -> list[Unit]:
    """Objects of another machine among the inputs; an archive may hold some that nobody takes."""
    if not line.is_ordered:
        return []
    archives = found.units.archives
    return [u for u, why in found.skipped if why == "other-arch" and u.file not in archives]


def stop_of(code: int, found: Resolution, line: LinkLine) -> str:
    """Why the linker stops over a name that it found: start-lib, no-index, tls, hidden, or "" if it does not."""
    if found.rule == "ld.bfd" and any(given.is_lazy for given in line.inputs):
        return "start-lib"
    if any(why == "no-index" for _, why in found.skipped):
        return "no-index"
    if code not in found.owner:
        return ""
    return _of_threads(code, found) or _of_hidden(code, found)


def _of_hidden(code: int, found: Resolution) -> str:
    return "hidden" if found.rule == "ld.bfd" and _is_lost_at_start(code, found) else ""


def _is_lost_at_start(code: int, found: Resolution) -> bool:
    """Whether a shared object wants it and the only definition is hidden in an object file."""
    owner = found.owner.get(code)
    if owner is None or code not in owner[0].hidden:
        return False
    others = any(u.kind == "shared" and any(c == code for c, _ in u.defined) for u in found.taken)
    return not others and bool(_shared_wants(code, found))


def lost_of(code: int, found: Resolution) -> str:
    """Why a program goes wrong that was linked all the same: hidden, tls, or ""."""
    if _is_mixed(code, found):
        return "tls"
    return "hidden" if _is_lost_at_start(code, found) else ""


def _is_mixed(code: int, found: Resolution) -> bool:
    """Whether one unit takes the name as a thread's own and another as a plain one."""
    owner = found.owner[code][0]
    users = [unit for unit, _ in found.wanted_by.get(code, []) if unit.kind == "relocatable"]
    kinds = {code in unit.thread_local for unit in (*users, owner)}
    return owner.kind != "word" and len(kinds) > 1


def _of_threads(code: int, found: Resolution) -> str:
    if not _is_mixed(code, found) or found.rule == "mold":
        return ""
    is_own = code in found.owner[code][0].thread_local
    return "" if found.rule == "lld" and is_own else "tls"


def is_by_relocation(code: int, found: Resolution, line: LinkLine) -> bool:
    """Whether a TLS mismatch that the linker does not look for may stop it later, when it comes to
    a relocation that cannot be made; lld passes where the program has a fixed place."""
    if code not in found.owner or not _is_mixed(code, found):
        return False
    is_own = code in found.owner[code][0].thread_local
    if found.rule == "lld":
        return is_own and _FIXED_PLACE.isdisjoint(line.flags)
    return found.rule == "mold" and not is_own


def _shared_wants(code: int, found: Resolution) -> list[Unit]:
    wants = found.wanted_by.get(code, [])
    return [unit for unit, is_weak in wants if unit.kind == "shared" and not is_weak]


def left_of(code: int, found: Resolution) -> str:
    """How a name ends that shared objects alone want and nothing taken defines.

    "" where an object wants it as well; open; needed: GNU ld looks for the libraries that the
    shared object names; start: the linker leaves it to the program's start; known: so it does, and
    nothing can define it then.
    """
    wants = [unit for unit, is_weak in found.wanted_by.get(code, []) if not is_weak]
    shared = [unit for unit in wants if unit.kind == "shared"]
    if not shared or len(shared) < len([unit for unit in wants if unit.kind != "word"]):
        return ""
    is_known = not all(missing_needed(unit, found) for unit in shared)
    if found.rule == "mold":
        return "known" if is_known else "start"
    if is_known:
        return "open"
    return "needed" if found.rule == "ld.bfd" else "start"


def is_weak_beside_shared(code: int, found: Resolution) -> bool:
    """Whether the weak want of an object lets a name stay open that a shared object wants strongly.

    So in lld and mold, and in gold where the weak want comes first; GNU ld stops.
    """
    wants = [(unit, is_weak) for unit, is_weak in found.wanted_by[code] if unit.kind != "word"]
    bound = [is_weak for unit, is_weak in wants if unit.is_bound]
    if not bound or not all(bound) or found.rule == "ld.bfd":
        return False
    return found.rule != "gold" or wants[0][0].is_bound


def missing_needed(unit: Unit, found: Resolution) -> list[str]:
    """Libraries that a shared object names and that are not given."""
    given = {one for other in found.taken if other.kind == "shared" for one in _names(other)}
    return [name for name in unit.needed if name not in given and not name.startswith(_ADDED)]


def _names(unit: Unit) -> Iterable[str]:
    return {unit.soname, unit.file.rpartition("/")[2]} - {""}
