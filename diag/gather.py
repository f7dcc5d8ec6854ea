"""From a case to the facts: its frames read and joined once, for every cause to look at."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain

import pandas as pd

from diag import join, schema
from diag.case import Case
from diag.causes import CATALOGUE
from diag.causes.explanation import unknown_cause
from diag.causes.facts import Facts
from diag.causes.toolchain import TELLING
from diag.platforms import PLATFORMS, display_order
from diag.schema import plain


def gather_facts(case: Case, claims: Iterable[str] = (), symbols: Iterable[str] = ()) -> Facts:
    """Read and join what the causes look at. `symbols` are names to look for besides its own."""
    asked = _checked((*case.claims, *claims))
    platforms = case.platforms or _platforms_of_objects(case)
    told = (case.steps, case.link_errors, _telling_lines(case), case.env)
    steps, errors, lines, env = map(plain, told)
    if len(errors) > 1:  # of one alone nothing is left without it
        errors = join.without_forgiven(errors, plain(_lines_with(case, join.FORGIVING)))
    drift = plain(
        join.join_log_and_dockerfile(steps, case.instructions, case.inputs.dockerfile or "")
    )
    assignments = plain(join.join_case_assignments(case.instruction_records))
    unlisted, unlisted_env = _unlisted(case, platforms, assignments)
    written = join.names_of_build(case.symbols, _undefined(errors))
    names = {*errors["symbol"].dropna(), *symbols, *chain.from_iterable(written.raw.values())}
    sightings = join.join_symbols(case.symbols, case.objects, case.platform_of_file, names)
    return Facts(
        platforms=platforms,
        outcomes=plain(_outcomes(case, platforms, steps, errors)),
        steps=steps,
        lines=lines,
        link_errors=errors,
        link_commands=plain(case.link_commands),
        instructions=plain(case.instructions),
        env=env,
        unlisted_env=plain(unlisted_env),
        unlisted_platform=unlisted,
        probe=plain(case.probe),
        probe_differences=plain(case.probe_differences),
        case_assignments=assignments,
        objects=plain(case.objects),
        sightings=plain(sightings),
        build_script=plain(case.build_script),
        drift=drift,
        arrivals=plain(join.join_flow_and_echoes(lines, env, drift, case.instructions)),
        platform_of_file=case.platform_of_file,
        has_log=bool(case.logs),
        dockerfile=case.inputs.dockerfile,
        claims=asked,
        near=plain(join.join_near(case.symbols, case.objects, case.platform_of_file, written)),
        bases=plain(join.join_bases(case.instructions, case.build_args)),
        packages=plain(join.join_packages(case.instructions)),
        raw_names=written.raw,
        symbols=case.symbols,
        errors=plain(case.errors),
        load_details=lambda: plain(case.details),
        load_lines=lambda literals: plain(_lines_with(case, literals)),
    )


def _telling_lines(case: Case) -> pd.DataFrame:
    """The log lines that any cause has words for."""
    telling = [text for cause in CATALOGUE.values() for text in cause.telling]
    return case.telling_lines(tuple(dict.fromkeys([*telling, *TELLING])))


def _lines_with(case: Case, literals: Collection[str]) -> pd.DataFrame:
    return schema.stack("log_lines", [log.lines_with(literals) for log in case.logs])


def _outcomes(
    case: Case, platforms: tuple[str, ...], steps: pd.DataFrame, errors: pd.DataFrame
) -> pd.DataFrame:
    failures = [end for log in case.logs if (end := log.failure)]
    return join.join_outcomes(platforms, steps, errors, case.runs, case.linked, failures)


def _unlisted(
    case: Case, platforms: tuple[str, ...], assignments: pd.DataFrame
) -> tuple[str, pd.DataFrame]:
    """A platform that the build does not list, and the flow on it where a branch may not fit it."""
    name = next(p.name for p in PLATFORMS if p.name not in platforms and p.bits == 64)
    return name, case.env_for([name]) if len(assignments) else schema.empty("env")


def _undefined(errors: pd.DataFrame) -> list[str]:
    kinds = ("undefined", "hidden", "version", "duplicate")
    return list(errors.loc[errors["kind"].isin(kinds), "symbol"].dropna().unique())


def _checked(claims: tuple[str, ...]) -> tuple[str, ...]:
    """The claims; InputError for one that the catalogue does not hold."""
    for claim in claims:
        if claim not in CATALOGUE:
            raise unknown_cause(CATALOGUE, claim)
    return claims


def _platforms_of_objects(case: Case) -> tuple[str, ...]:
    """A log without a platform is for that of the objects on its links, whatever lies beside."""
    of_file = case.platform_of_file
    on = {of_file[file] for file in join.files_on_links(of_file, case.link_commands)} - {""}
    names = on if len(on) == 1 else of_file.values()
    return tuple(display_order(name for name in names if name))
