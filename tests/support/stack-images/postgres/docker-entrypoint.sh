#!/bin/sh
# As the official image documents: variables, files instead of variables, trust for local connections inside the
# container, a password for the others, the database made on a first start while nobody can connect from outside.
set -eu
bin=/usr/lib/postgresql/$PG_MAJOR/bin
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" && chown -R postgres "$PGDATA" && chmod 700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
user=${POSTGRES_USER:-postgres}
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then POSTGRES_PASSWORD=$(cat "$POSTGRES_PASSWORD_FILE"); fi
  if [ -z "${POSTGRES_PASSWORD:-}" ]; then
    echo 'Error: Database is uninitialized and superuser password is not specified.' >&2
    exit 1
  fi
  umask 077
  printf '%s\n' "$POSTGRES_PASSWORD" > /tmp/password
  "$bin/initdb" -D "$PGDATA" -U "$user" --pwfile=/tmp/password > /dev/null
  rm /tmp/password
  printf '\nhost all all all scram-sha-256\n' >> "$PGDATA/pg_hba.conf"
  "$bin/pg_ctl" -D "$PGDATA" -o "-c listen_addresses='' -c shared_preload_libraries=timescaledb" -w start > /dev/null
  database=${POSTGRES_DB:-$user}
  if [ "$database" != postgres ]; then
    "$bin/psql" -q -v ON_ERROR_STOP=1 -U "$user" -d postgres -c "create database \"$database\""
  fi
  "$bin/psql" -q -v ON_ERROR_STOP=1 -U "$user" -d "$database" -c 'create extension if not exists timescaledb' 2>/dev/null
  "$bin/pg_ctl" -D "$PGDATA" -m fast -w stop > /dev/null
  unset POSTGRES_PASSWORD
  echo 'PostgreSQL init process complete; ready for start up.'
fi
exec "$@"
