#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Usage: system_packages.sh COMMAND:PACKAGE... Installs by apt the packages whose command is not there.
missing=
for pair in "$@"; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}"
done
[ -z "$missing" ] && exit 0
if ! command -v apt-get >/dev/null 2>&1; then
    echo "The browser's tests need these, and only apt is known here. Please install:$missing" >&2
    exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
    if ! command -v sudo >/dev/null 2>&1; then
        echo "Please install as root, then call make again: apt-get install$missing" >&2
        exit 1
    fi
fi
echo "Installing$missing by apt"
# shellcheck disable=SC2086  # the list is meant to be split
$as_root apt-get install -y --no-install-recommends $missing && exit 0
$as_root apt-get update && $as_root apt-get install -y --no-install-recommends $missing
