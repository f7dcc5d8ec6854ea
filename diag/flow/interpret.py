"""One RUN on one platform, followed from its environment to the calls of outside commands."""

from __future__ import annotations

import re
from dataclasses import replace

from diag.flow.children import Process
from diag.flow.event import Event
from diag.flow.file_store import FileStore, Leftover
from diag.flow.holes import HOLE, has_hole
from diag.flow.interpreter import Interpreter
from diag.flow.limits import SH, LimitError
from diag.flow.state import Condition, State, Var
from diag.flow.tool_names import SHELLS, command_name
from diag.flow.values import RunContext, Value
from diag.read.shell import parse_script
from diag.read.shell_tree import Script

OTHER_SHELLS = frozenset(["zsh", "ksh", "mksh", "fish", "yash", "csh", "tcsh"])
STOPS = "the build stops before: "
LOGIN = re.compile(r"--login|-[a-zA-Z]*l[a-zA-Z]*")
WORD = re.compile(r"[^\s;&|()<>\"'`$\\]+")


def interpret(context: RunContext, store: FileStore, names: tuple[str, ...] = ()) -> list[Event]:
    """The outside commands that the RUN calls, in order, on every way that the text leaves open.

    `store` holds what earlier RUNs of the same Dockerfile and platform left; this one adds to it,
    so RUNs are to be given in the order of the file. `names` are the variables of interest.
    """
    context = _without_private(context, store)
    interpreter = Interpreter(context, store.holes, names)
    state = first_state(context, store)
    before = dict(state.vars)
    try:
        finals = interpreter.ways(state, lambda trial: _run(interpreter, context, trial))
    except (LimitError, RecursionError) as error:
        reason = str(error) if isinstance(error, LimitError) else "nested too deeply to be followed"
        _tell_fault(interpreter, state, reason, interpreter.last_line, "")
        finals = []
    _leave(context, store, before, finals)
    store.written.update(interpreter.written)
    return interpreter.events


def _without_private(context: RunContext, store: FileStore) -> RunContext:
    """The RUN without characters of its own that would be taken for holes."""
    if not has_hole(context.script):
        return context
    private = store.holes.named("private", "a character of a private plane")
    return replace(context, script=HOLE.sub(private, context.script))


# --- before -------------------------------------------------------------------------------------


def first_state(context: RunContext, store: FileStore) -> State:
    """The shell as the RUN begins."""
    vars = {name: _kept_var(name, value, store) for name, value in context.env.items()}
    for name, value in context.lost.items():
        if name not in vars:
            vars[name] = Var(None, False, value.came_through, value.lost_at, value.lost_by)
    for number in context.stage_chain or (context.stage_no,):
        for name, leftover in store.leftovers.get(number, {}).items():
            vars[name] = _after_leftover(vars.get(name, Var()), leftover)
    files = store.start(context)
    state = State(vars, files, context.workdir or "/", SH)
    stop = store.stop_of(context)
    if stop:
        state.given(Condition(stop, True))
    return state


def _kept_var(name: str, value: Value, store: FileStore) -> Var:
    """Most values are the same objects in every RUN: each is turned into a variable once."""
    kept = store.vars.get((name, id(value)))
    if kept is None:
        kept = store.vars[name, id(value)] = value, _var(name, value, store)
    return kept[1]


def _var(name: str, value: Value, store: FileStore) -> Var:
    lost = (value.lost_at, value.lost_by)
    if value.status == "unset":
        return Var(None, False, value.came_through, *lost)
    if value.text is not None:
        return Var(value.text, True, value.came_through, *lost)
    source = value.hangs_on or name
    told = source if " " in source else f"${source} of the base image"
    hole = store.holes.named(f"env {name} {value.came_through}", told)
    return Var(hole, True, value.came_through, *lost, may_be_unset=source == name or " " in source)


def _after_leftover(mine: Var, leftover: Leftover) -> Var:
    """A variable as this RUN finds it, where an earlier RUN gave it another value. An ENV or ARG
    behind that RUN would have replaced the value, had it stayed."""
    is_replaced = mine.came_through and _line(mine.came_through[-1]) > _line(leftover.place)
    if mine.lost_by or mine.text == leftover.var.text or (mine.text is not None and is_replaced):
        return mine
    ways = mine.came_through if mine.text is not None else leftover.var.came_through
    return mine._replace(came_through=ways, lost_at=leftover.place, lost_by="separate-run")


def _line(place: str) -> int:
    return int(place.rpartition(":")[2])


# --- the run ------------------------------------------------------------------------------------


def _run(interpreter: Interpreter, context: RunContext, state: State) -> list[State]:
    argv = context.argv if context.is_exec_form else context.shell
    argv = argv[1:] if argv and command_name(argv[0]) in ("env", "busybox") else argv
    if not argv:
        return [state]
    name = command_name(argv[0])
    if context.is_exec_form:
        state.dialects = interpreter.dialects_of("sh", state)
        return interpreter.start(Process(context.argv, 0), state)
    if name not in SHELLS:
        return _other_shell(interpreter, context, state)
    state.dialects = interpreter.dialects_of(name, state)
    for word in argv[1:]:
        _shell_option(interpreter, word, argv, state)
    state.zero = argv[0]
    if "\0" in context.script:
        reason = "the script holds a NUL: no shell can be given it"
        _tell_fault(interpreter, state, reason, context.line_no, context.script)
        return []
    script = parse_script(context.script)
    found = [
        after
        for begun in _started(interpreter, state, any(map(LOGIN.fullmatch, argv[1:])))
        for after in interpreter.run_script(script, begun)
    ]
    found = interpreter.leave_shell(found)
    if script.fault is not None:
        _tell_script_fault(interpreter, context, script, found or [state])
    return found


def _started(interpreter: Interpreter, state: State, is_login: bool) -> list[State]:
    """The shell before its script: a login shell reads profiles, bash the file of BASH_ENV."""
    if is_login:
        return interpreter.login(state)
    var = state.vars.get("BASH_ENV", Var())
    if state.dialects != {"bash"} or not var.text or var.may_be_unset:
        return [state]
    found = interpreter.run_source([var.text], state, 0)
    for after in found:
        after.status = 0
    return found


def _shell_option(interpreter: Interpreter, word: str, argv: tuple[str, ...], state: State) -> None:
    """One word of SHELL, such as `-euxo` or the `pipefail` after it."""
    if word == "--posix":
        state.dialects = frozenset({"bash-posix"})
    elif re.fullmatch(r"-[a-z]+", word):
        for letter in word[1:]:
            if letter in "euaxf":
                interpreter.set_option(state, letter, True)
    elif word == "pipefail":
        interpreter.set_option(state, "pipefail", True)


def _other_shell(interpreter: Interpreter, context: RunContext, state: State) -> list[State]:
    """PowerShell, Python and the like: one outside command that is given the script."""
    state.dialects = frozenset({"bash"})
    if command_name(context.shell[0]) in OTHER_SHELLS:
        reason = f"{command_name(context.shell[0])} is not followed"
        _tell_fault(interpreter, state, reason, context.line_no, context.script)
        state.status = None
        return [state]
    return [interpreter.outside(Process((*context.shell, context.script), 0), state)]


def _tell_script_fault(
    interpreter: Interpreter, context: RunContext, script: Script, states: list[State]
) -> None:
    fault = script.fault
    assert fault is not None
    line_no = interpreter.line(fault.offset)
    reason = f"the script does not parse at {context.file}:{line_no}: {fault.message}"
    start = script.items[-1].body.end if script.items else 0
    _tell_fault(interpreter, states[0], reason, line_no, script.text[start:])


def _tell_fault(
    interpreter: Interpreter, state: State, reason: str, line_no: int, rest: str
) -> None:
    """One event for all that follows the place where following ends."""
    number = max([state.n_commands, *(event.command_no for event in interpreter.events)]) + 1
    rest = rest or interpreter.context.script
    interpreter.events.append(
        Event(
            number, line_no, f"{interpreter.context.file}:{line_no}", tuple(WORD.findall(rest)),
            state.vars, {}, False, state.files, state.cwd, state.conditions, reason,
        )
    )  # fmt: skip


# --- after --------------------------------------------------------------------------------------


def _leave(
    context: RunContext, store: FileStore, before: dict[str, Var], finals: list[State]
) -> None:
    """What the RUN leaves: files, lost variables, and whether the build goes on."""
    if not finals:
        return
    store.finish(context, finals)
    if all(state.status not in (0, None) for state in finals):
        status = finals[0].status or 0
        how = f"exits {status}" if status > 0 else "fails"
        text = f"{STOPS}RUN at line {context.line_no} {how}"
        store.stops.setdefault(context.stage_no, text)
    left = store.leftovers.setdefault(context.stage_no, {})
    place = f"{context.file}:{context.end_line_no}"
    for name, var in finals[0].vars.items():
        is_mine = var.text and not var.may_be_unset and var is not before.get(name)
        if is_mine and before.get(name, Var()).text != var.text:
            left[name] = Leftover(var, place)
