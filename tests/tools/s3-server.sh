#!/usr/bin/env bash
# A real S3 server for the tests: one node of Ceph (monitor, store, RADOS gateway) on 127.0.0.1.
#   s3-server.sh install          apt-get install the daemons (root, Debian 12)
#   s3-server.sh start DIR PORT   start (create on first use); prints shell exports; idempotent
#   s3-server.sh stop  DIR        stop what start started (by pid); state stays under DIR
# Ports used: PORT (S3), PORT+1 (mon), PORT+2..PORT+9 (osd).  No systemd, no mgr, no cephx.
# S3_SERVER_STORE=bluestore (default; sparse file under DIR, needs O_DIRECT: not tmpfs) | memstore
# S3_SERVER_SIZE_GIB=16   S3_ACCESS / S3_SECRET: credentials of the user that is created
set -euo pipefail
STORE=${S3_SERVER_STORE:-bluestore} SIZE=${S3_SERVER_SIZE_GIB:-16}
ACCESS=${S3_ACCESS:-testaccess} SECRET=${S3_SECRET:-testsecret123}

die() { echo "s3-server: $*" >&2; exit 1; }
alive() { [ -s "$1" ] && kill -0 "$(cat "$1")" 2>/dev/null; }
exports() { printf 'export ENDPOINT=http://127.0.0.1:%s\nexport ACCESS=%s\nexport SECRET=%s\n' "$(cat "$D/port")" "$ACCESS" "$SECRET"; }
ready() { # any HTTP answer of the gateway
  exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
  printf 'GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3
  local l=; read -r -t 5 l <&3 || true; exec 3>&-; [[ $l == HTTP/1.?\ 200* ]]
} 2>/dev/null
spawn() { # name cmd...
  local n=$1; shift
  setsid "$@" </dev/null >"$D/$n.out" 2>&1 & echo $! >"$D/$n.pid"
}
C() { timeout 60 ceph -c "$D/ceph.conf" --name client.admin "$@"; }
A() {
  timeout 120 radosgw-admin -c "$D/ceph.conf" --name client.rgw "$@" >"$D/admin.out" 2>&1 ||
    die "radosgw-admin $1 $2: $(tail -n 3 "$D/admin.out")"
}

case ${1:-} in
install)
  if dpkg -s ceph-mon ceph-osd radosgw >/dev/null 2>&1; then exit 0; fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends ceph-mon ceph-osd radosgw >&2
  ;;
start)
  [ $# -eq 3 ] || die "start DIR PORT"
  mkdir -p "$2"; D=$(cd "$2" && pwd); P=$3
  if alive "$D/rgw.pid" && [ "$(cat "$D/port")" = "$P" ] && ready "$P"; then exports; exit 0; fi
  "$0" stop "$D"
  trap 'r=$?; [ $r = 0 ] || "$0" stop "$D"' EXIT
  new=0; [ -e "$D/created" ] || { new=1; rm -rf "$D/mon" "$D/osd"; }
  mkdir -p "$D/mon" "$D/osd" "$D/run"
  [ -s "$D/fsid" ] || cat /proc/sys/kernel/random/uuid >"$D/fsid"
  [ -s "$D/osd.uuid" ] || cat /proc/sys/kernel/random/uuid >"$D/osd.uuid"
  [ -s "$D/store" ] || echo "$STORE" >"$D/store"
  # the monitor's port is part of its on-disk map: keep the one it was made with
  [ "$new" = 0 ] || echo $((P + 1)) >"$D/monport"
  M=$(cat "$D/monport"); echo "$P" >"$D/port"
  cat >"$D/ceph.conf" <<CONF
[global]
fsid = $(cat "$D/fsid")
mon host = [v2:127.0.0.1:$M]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr1 = false
ms bind port min = $((M + 1))
ms bind port max = $((M + 8))
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
run dir = $D/run
admin socket = $D/run/\$name.\$pid.asok
pid file =
log file = $D/\$name.log
log to stderr = false
mon cluster log file = $D/cluster.log
crash dir = $D/run
keyring = /dev/null
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon warn on pool no redundancy = false
heartbeat file =
[mon]
paxos propose interval = 0.05
paxos min wait = 0.01
mon data = $D/mon
mon data avail warn = 1
mon data avail crit = 0
mon cluster log to syslog = false
[osd]
osd data = $D/osd
osd journal =
osd objectstore = $(cat "$D/store")
memstore device bytes = $((SIZE << 30))
bluestore block size = $((SIZE << 30))
bluestore block create = true
bluestore block preallocate file = false
bluestore fsck on mount = false
osd memory target = 1073741824
osd class update on start = false
osd max object name len = 2048
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:$P
rgw thread pool size = 64
rgw dynamic resharding = false
rgw crypt require ssl = false
rgw crypt s3 kms backend = testing
rgw crypt s3 kms encryption keys = testkey-1=YmluCmJvb3N0CmJvb3N0LWJ1aWxkCmNlcGguY29uZgo=
rgw data = $D/run
CONF
  if [ $new = 1 ]; then
    monmaptool --create --clobber --fsid "$(cat "$D/fsid")" --addv a "[v2:127.0.0.1:$M]" "$D/monmap" >"$D/monmap.out" 2>&1 ||
      die "monmaptool: $(tail -n 3 "$D/monmap.out")"
    ceph-mon -c "$D/ceph.conf" -i a --mkfs --monmap "$D/monmap" >"$D/mkfs-mon.out" 2>&1 || die "mon mkfs: $(tail -n 3 "$D/mkfs-mon.out")"
  fi
  spawn mon ceph-mon -c "$D/ceph.conf" -i a -f
  if [ $new = 1 ]; then
    C osd create "$(cat "$D/osd.uuid")" >"$D/osd-create.out" 2>&1 || die "osd create: $(tail -n 3 "$D/osd-create.out")"
    ceph-osd -c "$D/ceph.conf" -i 0 --mkfs --osd-uuid "$(cat "$D/osd.uuid")" >"$D/mkfs-osd.out" 2>&1 ||
      die "osd mkfs: $(tail -n 3 "$D/mkfs-osd.out")"
  fi
  spawn osd ceph-osd -c "$D/ceph.conf" -i 0 -f
  if [ $new = 1 ]; then
    A user create --uid test --display-name test --access-key "$ACCESS" --secret "$SECRET"
    # AWS storage class names that the tests send (unknown ones are refused with 400 InvalidArgument)
    for sc in ${S3_SERVER_STORAGE_CLASSES-STANDARD_IA GLACIER}; do
      A zonegroup placement add --rgw-zonegroup default --placement-id default-placement --storage-class "$sc"
      A zone placement add --rgw-zone default --placement-id default-placement --storage-class "$sc" \
        --data-pool default.rgw.buckets.data
    done
    for pool in index data non-ec; do C osd pool create default.rgw.buckets.$pool 4 >/dev/null 2>&1; done
    for pool in index data non-ec; do C osd pool application enable default.rgw.buckets.$pool rgw >/dev/null 2>&1; done
    touch "$D/created"
  fi
  spawn rgw radosgw -c "$D/ceph.conf" --name client.rgw -f
  for _ in $(seq 600); do
    ready "$P" && { exports; exit 0; }
    alive "$D/rgw.pid" || die "radosgw ended; see $D/rgw.out, $D/client.rgw.log"
    sleep 0.1
  done
  die "not ready in 60 s; logs under $D"
  ;;
stop)
  [ $# -eq 2 ] || die "stop DIR"
  D=$2
  for n in rgw osd mon; do
    if alive "$D/$n.pid"; then
      p=$(cat "$D/$n.pid"); kill "$p" 2>/dev/null || true
      for _ in $(seq 100); do kill -0 "$p" 2>/dev/null || break; sleep 0.1; done
      kill -9 "$p" 2>/dev/null || true
    fi
    rm -f "$D/$n.pid"
  done
  ;;
*) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
