#!/bin/sh
# Writes .env for docker compose from .env.example, with fresh random secrets. An existing .env is left alone.
set -eu
cd "$(dirname "$0")/../.."
if [ -e .env ]; then
  echo ".env exists: delete it first to make new secrets (the servers' data then no longer fits them)" >&2
  exit 1
fi
umask 077
while IFS= read -r line; do
  case "$line" in
    *=random) printf '%s=%s\n' "${line%=random}" "$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n')" ;;
    *) printf '%s\n' "$line" ;;
  esac
done <infra/docker/.env.example >.env
echo "Wrote .env. Next: docker compose up --build --wait"
