#!/usr/bin/env bash
# A PostgreSQL server for the tests, on 127.0.0.1, superuser "tester", no password.
#   postgres-server.sh install          apt-get install it (root, Debian 12)
#   postgres-server.sh start DIR PORT   start (create on first use); prints a connection string; idempotent
#   postgres-server.sh stop  DIR        stop what start started; state stays under DIR
#   postgres-server.sh kill  DIR        end it as a crash would
#   postgres-server.sh watch DIR PID    in the background: when process PID has ended, stop the server and remove DIR
# POSTGRES_OPTIONS: more options of the server, "-c wal_level=replica"
set -euo pipefail

die() { echo "postgres-server: $*" >&2; exit 1; }
bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }
as_owner() { # the server refuses to run as root
  if [ "$(id -u)" = 0 ]; then setpriv --reuid postgres --regid postgres --clear-groups "$@"; else "$@"; fi
}

case ${1:-} in
install)
  [ -n "$(bin)" ] && exit 0
  export DEBIAN_FRONTEND=noninteractive
  # The package would start a cluster of its own.
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends postgresql >&2
  ;;
start)
  [ $# -eq 3 ] || die "start DIR PORT"
  B=$(bin); [ -n "$B" ] || die "PostgreSQL is not installed"
  mkdir -p "$2"; D=$(cd "$2" && pwd); P=$3
  [ "$(id -u)" != 0 ] || chown postgres "$D"
  [ -e "$D/data/PG_VERSION" ] ||
    as_owner "$B/initdb" -D "$D/data" -U tester -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$D/initdb.out" 2>&1 ||
    die "initdb: $(tail -n 3 "$D/initdb.out")"
  if ! as_owner "$B/pg_ctl" -D "$D/data" status >/dev/null 2>&1; then
    as_owner "$B/pg_ctl" -D "$D/data" -w -t 60 -l "$D/server.log" -o "-c listen_addresses=127.0.0.1 -p $P \
      -c unix_socket_directories= -c fsync=off -c wal_level=logical -c max_wal_senders=8 -c max_replication_slots=48 \
      -c max_connections=200 -c shared_buffers=64MB -c max_wal_size=2GB ${POSTGRES_OPTIONS:-}" start >"$D/start.out" 2>&1 ||
      die "start: $(tail -n 3 "$D/server.log")"
  fi
  echo "Host=127.0.0.1;Port=$P;Username=tester"
  ;;
stop | kill)
  [ $# -eq 2 ] || die "$1 DIR"
  B=$(bin)
  [ "$1" = stop ] && mode=fast || mode=immediate
  as_owner "$B/pg_ctl" -D "$2/data" -w -t 60 -m "$mode" stop >/dev/null 2>&1 || true
  ;;
watch)
  [ $# -eq 3 ] || die "watch DIR PID"
  # In a session of its own, so that whoever ends the tests with their children leaves it alone.
  setsid bash -c 'while kill -0 "$3" 2>/dev/null; do sleep 1; done; "$1" kill "$2"; rm -rf "$2"' \
    watch "$0" "$2" "$3" </dev/null >/dev/null 2>&1 &
  ;;
*) sed -n '2,9p' "$0"; exit 2 ;;
esac
