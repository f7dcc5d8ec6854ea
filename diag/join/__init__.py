"""Frames beside frames: wanted against defined, log against Dockerfile, flow against echo."""

from diag.join.bases import join_bases, join_packages
from diag.join.dockerfile import join_case_assignments, join_log_and_dockerfile
from diag.join.failure_lines import join_failure_lines
from diag.join.flow import join_flow_and_echoes
from diag.join.forgiven import FORGIVING, without_forgiven
from diag.join.isa import join_isa
from diag.join.near import join_near, names_of_build
from diag.join.outcomes import files_on_links, join_outcomes
from diag.join.symbols import distinct_definitions, join_symbols

__all__ = [
    "FORGIVING",
    "distinct_definitions",
    "files_on_links",
    "join_bases",
    "join_case_assignments",
    "join_failure_lines",
    "join_flow_and_echoes",
    "join_isa",
    "join_log_and_dockerfile",
    "join_near",
    "join_outcomes",
    "join_packages",
    "join_symbols",
    "names_of_build",
    "without_forgiven",
]
