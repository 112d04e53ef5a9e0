#!/bin/sh
# Makes .venv in this checkout and installs the project into it, editable, with its dev tools.
#
# Does nothing when that was done before. Starts over when .venv is half made, was made in another
# checkout, or with another Python than the PYTHON asked for; installs again in place when
# pyproject.toml or a script of this folder changed. Touches nothing outside this checkout.
set -eu

cd "$(dirname "$0")/.."
here=$(pwd -P)
venv=.venv
stamp=$venv/.installed

contents() { # what the installation was made from, for the stamp
    echo "$here"
    cat pyproject.toml tools/*.sh
}

belongs_here() { # whether .venv was completed once, in this folder, and still runs
    [ -f $stamp ] && [ "$(head -n 1 $stamp)" = "$here" ] && $venv/bin/python -c '' 2>/dev/null
}

base_of() { # PYTHON: the interpreter below any virtual environment
    "$1" -c 'import os, sys; print(os.path.realpath(sys._base_executable))' 2>/dev/null
}

made_as_asked() { # whether PYTHON asks for nothing, or for the Python that .venv has
    [ -z "${PYTHON:-}" ] || [ "$(base_of "$PYTHON")" = "$(base_of $venv/bin/python)" ]
}

if belongs_here && made_as_asked; then
    if contents | cmp -s - $stamp; then
        exit 0
    fi
    rm -f $stamp
else
    python=$(tools/toolchain.sh)
    echo "making $venv with $("$python" --version) ($python)" >&2
    rm -rf $venv
    "$python" -m venv $venv
fi

# On 3.13 the released C source of durable-rules calls a function that Python no longer has; its
# successor takes the same arguments: docs/decisions/0002-building-durable-rules.md.
if $venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 13))'; then
    CPPFLAGS="${CPPFLAGS:-} -DPyEval_CallObject=PyObject_CallObject"
    export CPPFLAGS
fi

install() {
    $venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check "$@"
}

echo "installing the project and its tools into $venv" >&2
install --editable '.[dev]'

# pip may have taken a wheel from its cache that was built on 3.13 without that definition.
if ! $venv/bin/python -c 'import durable_rules_engine' 2>/dev/null; then
    echo "compiling durable-rules again: the copy in pip's cache does not load" >&2
    pinned=$($venv/bin/python -m pip freeze | grep -i '^durable[-_]rules==')
    install --force-reinstall --no-deps --no-cache-dir "$pinned"
    $venv/bin/python -c 'import durable_rules_engine'
fi

contents >$stamp.new
mv $stamp.new $stamp
