#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Prints the name of a Python that can run Edgewise (3.11 or newer, with venv), or says what is missing.
old=
for name in python3 python3.13 python3.12 python3.11 python3.14 python; do
    "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
    if "$name" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        echo "$name"
        exit 0
    fi
    old=$name
done
if [ -n "$old" ]; then
    echo "$old is new enough, but cannot make a virtual environment." >&2
    echo "On Debian and Ubuntu: sudo apt install python3-venv. Then call make again." >&2
else
    echo "Edgewise needs Python 3.11 or newer, and found none on this computer." >&2
    echo "Install one (on Debian and Ubuntu: sudo apt install python3 python3-venv), then call make again." >&2
fi
exit 1
