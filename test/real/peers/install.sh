#!/usr/bin/env bash
# Installs what the tests against real peers are built with, on Debian; run it as root. The peers themselves are
# built by the tests on first use, into ${LOGBOOM_PEERS:-~/.cache/logboom-peers}.
set -euo pipefail

packages=()
command -v mvn >/dev/null || packages+=(maven)
command -v unzip >/dev/null || packages+=(unzip)
command -v openssl >/dev/null || packages+=(openssl)
ls /usr/lib/jvm/*17*/bin/javac >/dev/null 2>&1 || packages+=(openjdk-17-jdk-headless)

# Elasticsearch 9 runs on 21 and newer. Debian 12 has none; Debian 13 has 21 and 25.
if ! ls /usr/lib/jvm/*2[1-9]*/bin/javac >/dev/null 2>&1; then
  newer=$(apt-cache search --names-only '^openjdk-2[1-9]-jdk-headless$' | cut -d' ' -f1 | sort | tail -1)
  if [ -n "$newer" ]; then packages+=("$newer"); else echo 'no JDK 21 or newer to be had here: Elasticsearch 9 will be missing' >&2; fi
fi

# Filebeat's modules ask for go 1.25; any go from 1.21 on brings the version that it is asked for by itself.
if ! command -v go >/dev/null; then
  golang=$(apt-cache search --names-only '^golang-1\.2[1-9]-go$' | cut -d' ' -f1 | sort -V | tail -1)
  if [ -n "$golang" ]; then packages+=("$golang"); else echo 'no go 1.21 or newer to be had here: Filebeat will be missing' >&2; fi
fi

if [ ${#packages[@]} -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
fi
