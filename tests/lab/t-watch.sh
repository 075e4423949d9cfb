#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vmdoctor watch beside real guests: what happens is an incident, of the right cause and time; a quiet guest gives none.
# lab: alone

# shellcheck source=lib.sh
. "$VMDOCTOR_LAB/lib.sh"

work=$(mktemp -d)
cd "$work" || exit 1
store=$work/store
"$VMDOCTOR" watch --store "$store" --list 2>&1 | grep -q 'built without SQLite' && skip 'built without SQLite'

define_good
define_guest busy machine="$(newest_machine q35)" cache=none io=native discard=unmap stats=2
small=$images/small
mkdir "$small"
mount -t tmpfs -o size=8m,mode=755 tmpfs "$small" || fail 'tmpfs'
truncate -s 64M "$small/extra.raw"
define_guest full machine="$(newest_machine q35)" cache=none io=native discard=unmap stats=2 \
	extra="<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='$small/extra.raw'/><target dev='vdb' bus='virtio'/></disk>"
define_guest panics machine="$(newest_machine q35)" cache=none io=native discard=unmap stats=2 \
	extra="<panic model='isa'/>"
start_guest good busy full panics
wait_agent good
wait_agent busy

# That this host is a guest, and of what kind, is not what is tried.
"$VMDOCTOR" watch --store "$store" --interval 2 --ignore performance-host-steal >watch.out 2>watch.err &
watcher=$!

incident() # RULE DOMAIN: the first one of it, as "BEGIN COUNT CAUSE"
{
	"$VMDOCTOR" watch --store "$store" --list -F json | python3 -c '
import json, sys
for i in json.load(sys.stdin)["incidents"]:
    if i["rule"] == sys.argv[1] and (i["domain"] or "-") == sys.argv[2]:
        print("%.3f" % i["begin"], i["count"], i["cause"])
        sys.exit(0)
sys.exit(1)' "$@"
}

happens() # TEXT RULE DOMAIN CAUSE BEGIN WITHIN: an incident that began at BEGIN, give or take
{
	local got

	wait_for 60 incident "$2" "$3" || fail "$1: no incident of $2; $(cat watch.out watch.err)"
	got=$(incident "$2" "$3")
	python3 -c '
import sys
begin, count, cause = sys.argv[1].split()
sys.exit(not (abs(float(begin) - float(sys.argv[3])) <= float(sys.argv[4]) and cause == sys.argv[2] and count == "1"))' "$got" "$4" "$5" "$6" ||
		fail "$1: $got, not at $5 by $4"
	ok "$1: $2, off by $(python3 -c "print('%+.2f s' % ($(cut -d' ' -f1 <<<"$got") - $5))")"
}

now() { date +%s.%N; }

# Quiet guests give nothing. A domain's first minute is not judged: so the quiet is after it.
wait_for 30 eval 'grep -q . "$store/watch.db"' || fail "it does not begin: $(cat watch.err)"
sleep 75
check 'quiet guests, nothing happened' eval '"$VMDOCTOR" watch --store "$store" --list | grep -qx "Nothing happened."'
check 'a second watcher is refused' eval '! "$VMDOCTOR" watch --store "$store" 2>second.err && grep -q "another vmdoctor" second.err'
check 'the store is for its owner only' [ "$(stat -c %a "$store/watch.db")" = 600 ]

# Two processes burn the CPU to which the vCPU is pinned, for 20 s.
virsh -q vcpupin busy 0 0 --live || fail 'vcpupin'
in_burner() { timeout 20 taskset -c 0 sh -c 'while :; do :; done'; }
begin=$(now)
guest_exec busy /bin/sh -c 'while : ; do : ; done' >guest.out 2>&1 &
spinning=$!
in_burner &
in_burner &
happens 'CPU burner' performance-cpu-contention busy cpu-overcommit-steal "$begin" 5
wait %2 %3 2>/dev/null
kill $spinning 2>/dev/null

# The image's file system is full.
wait_agent full
guest_exec full /bin/dd if=/dev/zero of=/dev/vdb bs=1M count=32 >dd.out 2>&1 &
wait_for 60 eval '[ "$(virsh domstate full)" = paused ]' || fail "full: not paused: $(cat dd.out)"
happens 'image file system full' event-no-space full host-storage-full "$(now)" 3

# QEMU is killed.
pid=$(guest_pid busy)
kill -KILL "$pid"
happens 'QEMU killed' event-qemu-died busy qemu-crash-unknown "$(now)" 1

# The guest panics, and can say so.
wait_agent panics
if guest_exec panics /bin/ls /sys/module | grep -q pvpanic; then
	guest_exec panics /bin/sh -c 'echo c >/proc/sysrq-trigger' >panic.out 2>&1 &
	wait_for 30 eval '[ "$(virsh domstate panics)" = "shut off" ]' || fail "no panic: $(virsh domstate panics --reason)"
	happens 'guest panic' event-guest-panic panics guest-panicked "$(now)" 3
else
	echo 'SKIP: guest panic: the guest has no driver for it' >&2
fi

# libvirtd is started anew.
begin=$(now)
restart_libvirtd
happens 'libvirtd restarted' event-daemon-gone - daemon-connection-lost "$begin" 5

# The agent goes, once the watcher listens again.
listens()
{
	python3 -c 'import sqlite3, sys
last = sqlite3.connect(sys.argv[1]).execute("select data from event where data like ? order by id desc", ("%\"connection\"%",)).fetchone()
sys.exit("\"open\"" not in last[0])' "$store/watch.db"
}
wait_for 30 listens || fail 'it does not come back to libvirtd'
wait_agent good
begin=$(now)
guest_exec good /bin/sh -c 'kill -KILL $(pidof qemu-ga)' >/dev/null 2>&1 &
happens 'agent gone' event-agent-gone good guest-agent-disconnected "$begin" 3

# Looking back: what was found then is found again.
at=$(python3 -c "import time; print('@%d' % $(incident performance-cpu-contention busy | cut -d. -f1))")
"$VMDOCTOR" sample --store "$store" --at "$at" busy -F json >then.json
check 'sample --at finds what was found then' finds then.json performance-cpu-contention
"$VMDOCTOR" --store "$store" --at now -F json >check.json
check '--at finds that QEMU died' finds check.json event-qemu-died

kill "$watcher"
wait "$watcher"
check 'SIGTERM ends it, and it said nothing else' eval '[ $? = 0 ] && [ ! -s watch.err ]'
cat watch.out
python3 - "$store/watch.db" <<-'END'
	import os, sqlite3, sys
	d = sqlite3.connect(sys.argv[1])
	n, size, first, last = d.execute('select count(*), sum(length(data)), min(at), max(at) from round').fetchone()
	s = d.execute('select sum(length(data)) from state').fetchone()[0]
	print('measured: %d rounds, %.0f bytes each for 3-4 domains and the host; what they are looked at against: %d bytes in %.0f s'
	      % (n, size / n, s, (last - first) / 1e6))
	END
