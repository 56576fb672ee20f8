#!/usr/bin/env bash
# Installs what the tests against real peers are built with, on Debian; run it as root. The peers themselves are
# built by the tests on first use, into ${LOGBOOM_PEERS:-~/.cache/logboom-peers}.
set -euo pipefail

packages=()
wanted() { packages+=("$@"); }
command -v mvn >/dev/null || wanted maven
command -v unzip >/dev/null || wanted unzip
command -v openssl >/dev/null || wanted openssl
command -v make >/dev/null || wanted make
if ! command -v nginx >/dev/null && [ ! -x /usr/sbin/nginx ]; then wanted nginx-light; fi
# The pages of the dashboard are looked at in a browser.
command -v chromium >/dev/null || wanted chromium fonts-dejavu-core
ls /usr/lib/jvm/*17*/bin/javac >/dev/null 2>&1 || wanted openjdk-17-jdk-headless

has_newer_jdk() { ls /usr/lib/jvm/*2[1-9]*/bin/javac >/dev/null 2>&1; }
has_go() { command -v go >/dev/null; }
if [ ${#packages[@]} -eq 0 ] && has_newer_jdk && has_go; then exit 0; fi

# Without fresh lists a clean machine knows of no package at all.
apt-get update -qq
newest() { apt-cache search --names-only "$1" | cut -d' ' -f1 | sort -V | tail -1; }

# Elasticsearch 9 runs on 21 and newer. Debian 12 has none; Debian 13 has 21 and 25.
if ! has_newer_jdk; then
  jdk=$(newest '^openjdk-2[1-9]-jdk-headless$')
  if [ -n "$jdk" ]; then wanted "$jdk"; else echo 'no JDK 21 or newer to be had here: Elasticsearch 9 will be missing' >&2; fi
fi

# Filebeat's modules ask for go 1.25; any go from 1.21 on brings the version that it is asked for by itself.
if ! has_go; then
  golang=$(newest '^golang-1\.2[1-9]-go$')
  if [ -n "$golang" ]; then wanted "$golang"; else echo 'no go 1.21 or newer to be had here: Filebeat will be missing' >&2; fi
fi

if [ ${#packages[@]} -gt 0 ]; then
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
fi

# Debian keeps each version of go in a folder of its own, where nobody looks for it.
if ! has_go && [ -n "${golang:-}" ]; then ln -s "/usr/lib/go-$(cut -d- -f2 <<<"$golang")/bin/go" /usr/local/bin/go; fi
