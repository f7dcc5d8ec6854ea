"""The shell scripts that work inside the sandbox: the supervisor, the stubs, the answering tools.

They run in a private copy of this machine's sh (`/.probe/own/sh`), never in the shell that is
probed, and call only programs of `/.probe/own`, so that nothing which a RUN does to PATH or
/usr changes them.
"""

from __future__ import annotations

from diag.platforms import Platform

# Where the kit's own things lie in the sandbox.
HOME = "/.probe"
# Everything that stands for an unknown text begins so, as does the folder of the stubs.
MARK = HOME
HOME_FOLDER = f"{MARK}-home"  # the value of HOME where it is unknown; leads to /root
OWN = f"{HOME}/own"  # read-only: the sandbox's own programs
TOOLS = f"{HOME}/tools"  # read-only: text tools and shells, which /usr/bin points to
STUBS = f"{HOME}/stubs"  # stubs of bare command names, the last folder of PATH
RECORDS = f"{HOME}/records"  # what the stubs write
WANTED = f"{HOME}/wanted"  # folders and programs that outside commands would have made
ANSWER = f"{HOME}/answer"  # how outside commands answer, where they do not all succeed
FILE_TEXT = f"{HOME}/file"  # the text of a file that outside commands would have made
EXIT_FILE = "exit"
FAULT_WORKDIR = 98

# $1 is the folder to start in, $2 the limit of time, the rest the command. Standard input is
# the file system as tar; results leave by standard output, the script's own output by standard
# error. As process 1 it cannot be killed from inside. A `ulimit` that a shell does not know
# (-u here, -p there) is tried in a subshell first, since a fault may end the shell. What cannot
# be unpacked (a stub where a file of an earlier RUN is in the way) is left out.
SUPERVISOR = f"""\
exec 3>&1 1>&2
export LC_ALL=C
own={OWN}
$own/tar -xpof - -C / 2>/dev/null
exec 0</dev/null
$own/mkdir -p {RECORDS} "$1" && cd "$1" || exit {FAULT_WORKDIR}
wall=$2
shift 2
echo 1000 2>/dev/null > /proc/self/oom_score_adj
(
    exec 3>&-
    ulimit -c 0
    ulimit -t @cpu@
    ulimit -f @blocks@
    ulimit -v @kibibytes@
    if (ulimit -u @processes@) 2>/dev/null; then ulimit -u @processes@; else ulimit -p @processes@; fi
    exec $own/timeout -s KILL "$wall" "$@"
)
code=$?
turns=0
set -- /proc/[0-9]*
while [ $# -gt 1 ] && [ $turns -lt 30 ]; do
    $own/sleep 0.01
    turns=$((turns + 1))
    set -- /proc/[0-9]*
done
[ $# -gt 1 ] && kill -9 -1
echo "$code $turns" > {RECORDS}/{EXIT_FILE}
cd /
exec $own/tar -cf - @excluded@ {RECORDS[1:]} . >&3
"""

# A stub notes who called it (process numbers from the oldest ancestor down, which gives the
# order of the script also where commands run at the same time), its folder and arguments, then
# the environment exactly as the kernel holds it; then it makes what the script is known to
# miss, prints a mark for its unknown output, and succeeds (or answers as ANSWER says). Mark and files are comments, so that
# `curl | sh` and `. file` do nothing with them; a file that is executed is a stub again.
OUTPUT_MARK = f"# {MARK}-output"
FILE_MARK = f"#!{OWN}/stub"
STUB = f"""\
#!{OWN}/sh
trap '' PIPE
parent=$PPID
chain=$$
while [ "$parent" -gt 1 ]; do
    chain="$parent $chain"
    read -r words < /proc/$parent/stat || break
    words=${{words##*) }}
    words=${{words#* }}
    parent=${{words%% *}}
done 2>/dev/null
[ "$0" = {OWN}/stub ] || set -- "$0" "$@"
{{
    printf '%s\\0' "$chain" "$PWD" "$@"
}} > {RECORDS}/$$.call
{OWN}/cat /proc/$$/environ > {RECORDS}/$$.env
[ -e {WANTED} ] && while read -r kind path; do
    [ -e "$path" ] && continue
    case $path in */*) {OWN}/mkdir -p "${{path%/*}}" ;; esac
    case $kind in
        folder) {OWN}/mkdir -p "$path" ;;
        program) {OWN}/ln -s {OWN}/stub "$path" ;;
        file) {OWN}/cat {FILE_TEXT} > "$path"; {OWN}/chmod 755 "$path" ;;
    esac
done < {WANTED} 2>/dev/null
[ -e {ANSWER} ] && . {ANSWER}
echo '{OUTPUT_MARK}' 2>/dev/null
exit 0
"""

_UNAME = f"""\
#!{OWN}/sh
asked=
for option; do
    case $option in
        --all) asked=${{asked}}a ;;
        --machine) asked=${{asked}}m ;;
        --kernel-name) asked=${{asked}}s ;;
        --kernel-release) asked=${{asked}}r ;;
        --kernel-version) asked=${{asked}}v ;;
        --nodename) asked=${{asked}}n ;;
        --operating-system) asked=${{asked}}o ;;
        --processor | --hardware-platform) asked=${{asked}}p ;;
        -*) asked=$asked${{option#-}} ;;
    esac
done
[ -n "$asked" ] || asked=s
answer=
for pair in s:Linux n:buildkitsandbox r:6.1.0 v:#1 m:@machine@ p:unknown i:unknown o:GNU/Linux; do
    case $asked in
        *a*) case $pair in p:* | i:*) continue ;; esac ;;
        *${{pair%%:*}}*) ;;
        *) continue ;;
    esac
    answer="$answer${{answer:+ }}${{pair#*:}}"
done
echo "$answer"
"""
_ARCH = f"#!{OWN}/sh\necho @machine@\n"
_DPKG = f"""\
#!{OWN}/sh
case $1 in
    --print-architecture) echo @debian@ ;;
esac
exit 0
"""


# The sandbox has one user only; in a build, root may give files to any.
_SUCCESS = f"#!{OWN}/sh\nexit 0\n"


_ANSWERS = {
    "uname": _UNAME,
    "arch": _ARCH,
    "dpkg": _DPKG,
    "chown": _SUCCESS,
    "chgrp": _SUCCESS,
}
ANSWERING = frozenset(_ANSWERS)


def answering_tools(platform: Platform) -> dict[str, str]:
    """Tools that do not run for real and are not counted: name -> script.

    uname, arch and dpkg answer with the architecture of `platform`; chown and chgrp succeed.
    """
    return {
        name: text.replace("@machine@", platform.uname).replace("@debian@", platform.debian)
        for name, text in _ANSWERS.items()
    }
