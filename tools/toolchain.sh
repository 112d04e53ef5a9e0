#!/bin/sh
# Finds a Python that can install this project, and says in plain words what is missing if none can.
#
#   tools/toolchain.sh               print the path of the Python to use
#   tools/toolchain.sh --packages    print the Debian or Ubuntu packages that are missing, if any
#   PYTHON=... tools/toolchain.sh    consider only this Python
#
# durable-rules is compiled on install, so a Python counts only if it runs, is in range, can make a
# virtual environment, and if a small C file that includes its Python.h really compiles.
set -eu

only_packages=no
[ "${1:-}" = --packages ] && only_packages=yes

# 3.11 and 3.12 come first: they compile the released C source as it is.
if [ -n "${PYTHON:-}" ]; then
    set -- "$PYTHON"
else
    set -- python3.11 python3.12 python3.13 python3
fi

# Four lines (interpreter, version, folder of Python.h, compiler), or a failure if out of range.
# The interpreter is the one below any virtual environment, which may be about to be rebuilt.
describe='
import sys, sysconfig
free_threaded = sysconfig.get_config_var("Py_GIL_DISABLED")
if sys.implementation.name != "cpython" or free_threaded:
    sys.exit(1)
if not (3, 11) <= sys.version_info[:2] < (3, 14):
    sys.exit(1)
print(getattr(sys, "_base_executable", sys.executable))
print("%d.%d" % sys.version_info[:2])
print(sysconfig.get_path("include"))
print(sysconfig.get_config_var("CC") or "cc")
'

compiles() { # FIRST-LINE: whether a C file that starts so compiles
    folder=$(mktemp -d)
    printf '%s\n#include <limits.h>\nint probe(void) { return INT_MAX; }\n' "$1" >"$folder/probe.c"
    compiled=yes
    # Split on purpose: a compiler may come with options, as in "gcc -pthread".
    # shellcheck disable=SC2086
    $compiler -I"$headers" -c "$folder/probe.c" -o "$folder/probe.o" >/dev/null 2>&1 || compiled=no
    rm -rf "$folder"
    [ $compiled = yes ]
}

lacking() { # what the Python in hand lacks, as words
    "$interpreter" -c 'import ensurepip, venv' 2>/dev/null || echo venv
    compiles '' || echo compiler
    if [ ! -e "$headers/Python.h" ]; then
        echo headers
    elif compiles '' && ! compiles '#include <Python.h>'; then
        echo headers
    fi
}

packages=
complaint=
for candidate in "$@"; do
    description=$("$candidate" -c "$describe" 2>/dev/null) || continue
    {
        read -r interpreter
        read -r version
        read -r headers
        read -r compiler
    } <<END
$description
END
    compiler=${CC:-$compiler}
    lacks=$(lacking)
    if [ -z "$lacks" ]; then
        [ $only_packages = yes ] || echo "$interpreter"
        exit 0
    fi
    [ -z "$complaint" ] || continue # what the first one lacks is what we report
    complaint="Python $version ($interpreter) cannot install this project yet:"
    for lack in $lacks; do
        case $lack in
        venv)
            packages="$packages python$version-venv"
            reason="it cannot make a virtual environment (ensurepip is missing)"
            ;;
        compiler)
            packages="$packages build-essential"
            reason="no working C compiler ($compiler), and durable-rules is compiled on install"
            ;;
        headers)
            packages="$packages python$version-dev"
            reason="no usable C headers (Python.h), and durable-rules is compiled on install"
            ;;
        esac
        complaint="$complaint
  $reason"
    done
done

if [ -z "$complaint" ]; then
    packages=" python3 python3-venv python3-dev build-essential"
    complaint="No CPython 3.11, 3.12 or 3.13 that runs (tried: $*)."
fi
if [ $only_packages = yes ]; then
    echo "${packages# }"
    exit 0
fi
cat >&2 <<END
$complaint
On Debian or Ubuntu: apt-get install$packages
Or name another Python or compiler: make PYTHON=/path/to/python3.12 test, make CC=/path/to/cc test
END
exit 1
