"""Questions of a case that several causes ask: each is answered once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from diag.causes.facts import Facts

P = ParamSpec("P")
T = TypeVar("T")


def asked_once(answer: Callable[Concatenate[Facts, P], T]) -> Callable[Concatenate[Facts, P], T]:
    """The function, called once for each case and what else it is asked with (hashable). All who
    ask are given the same object: none may change it."""

    @wraps(answer)
    def asked(facts: Facts, /, *args: P.args, **kwargs: P.kwargs) -> T:
        key = (answer, *args, *kwargs.items())
        if key not in facts.known:
            facts.known[key] = answer(facts, *args, **kwargs)
        return facts.known[key]  # type: ignore[no-any-return]

    return asked
