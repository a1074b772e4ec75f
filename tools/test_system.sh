#!/bin/sh
# What the tests need of the system: a browser, databases, web servers, spam rules and more. Says what is missing, installs it where it may.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || missing="$missing chromium"
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null 2>&1 || missing="$missing postgresql"
command -v nginx >/dev/null 2>&1 || missing="$missing nginx"
command -v caddy >/dev/null 2>&1 || missing="$missing caddy"
[ -e /usr/bin/epubcheck ] && command -v java >/dev/null 2>&1 || missing="$missing epubcheck default-jre-headless"
command -v pdfinfo >/dev/null 2>&1 || missing="$missing poppler-utils"
command -v smtp-sink >/dev/null 2>&1 || [ -x /usr/sbin/smtp-sink ] || missing="$missing postfix"
command -v spamassassin >/dev/null 2>&1 || missing="$missing spamassassin"
[ -z "$missing" ] && exit 0
echo "The tests need these system packages:$missing"
if ! command -v apt-get >/dev/null 2>&1; then
    echo "Install them with your system's package manager, then run make test again." >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then run=""; elif sudo -n true 2>/dev/null; then run="sudo"; else
    echo "Install them with: sudo apt-get install$missing" >&2
    exit 1
fi
echo "Installing them …"
$run apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $run apt-get install -y -qq --no-install-recommends $missing >/dev/null
