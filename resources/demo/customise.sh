#!/bin/sh
# Runs as root inside the guest while the demonstration's overlay is authored: a page written now,
# a web server that serves it on port 8080, and htop on the console.
set -eu

site=/srv/demo
mkdir -p "$site"
cat >"$site/index.html" <<PAGE
<!doctype html>
<title>Cloudlet Studio</title>
<h1>It runs.</h1>
<p>Written on $(uname -n) at $(date -u +%Y-%m-%dT%H:%M:%SZ),
$(cut -d. -f1 /proc/uptime) seconds after its boot.</p>
PAGE

systemd-run --quiet --unit=demo-web python3 -m http.server 8080 --directory "$site"

# The console's login gives way to htop.
systemctl stop getty@tty1.service
systemd-run --quiet --unit=demo-htop --property=StandardInput=tty \
    --property=StandardOutput=tty --property=TTYPath=/dev/tty1 --property=TTYReset=yes \
    --setenv=TERM=linux htop

# Authoring ends when this script does: not before the server answers.
for _ in $(seq 100); do
    if python3 - <<'CHECK' 2>/dev/null; then exit 0; fi
import urllib.request
urllib.request.urlopen("http://127.0.0.1:8080/", timeout=5).read()
CHECK
    sleep 0.2
done
echo "the web server does not answer on port 8080" >&2
exit 1
