#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# libvirtd stopped, killed, hanging; virtlogd gone; another domain in the way: break, see that the
# first finding names it; mend, and see that nothing of warning or above is left.

# shellcheck source=lib.sh
. "$VMDOCTOR_LAB/lib.sh"

work=$(mktemp -d)
cd "$work" || exit 1

settings=()
first() { # RULE TEXT [DOMAIN]: the first finding is of RULE, and the exit status says that there is one
	local got status=0

	"$VMDOCTOR" "${settings[@]}" -F json ${3:+"$3"} >report.json 2>error.txt || status=$?
	[ $status = 1 ] || fail "$2: exit status $status: $(cat error.txt)"
	got=$(first_rule report.json)
	[ "$got" = "$1" ] || fail "$2: first finding $got, not $1: $("$VMDOCTOR" ${3:+"$3"} | head -n 40)"
	ok "$2: the first finding is $1"
}

well() { # TEXT
	"$VMDOCTOR" good >report.txt || fail "$1, mended: still something: $(cat report.txt)"
	ok "$1: mended, nothing is left"
}

define_good
well 'before'

pid=$(cat /run/libvirtd.pid)
kill "$pid"
wait_for 20 eval '! [ -e /proc/$pid ]' || fail 'libvirtd does not stop'
rm -f /run/libvirt/libvirt-sock # as its socket unit does when it is stopped, too
first daemon-down 'libvirtd stopped'
grep -q '"name" : "good"' report.json || fail 'libvirtd stopped: the domain is not known by its file'
first daemon-down 'libvirtd stopped, one domain' good
start_libvirtd
well 'libvirtd stopped'

pid=$(cat /run/libvirtd.pid)
kill -KILL "$pid"
wait_for 20 eval '! [ -e /proc/$pid ]' || fail 'libvirtd does not die'
first daemon-down 'libvirtd killed'
grep -q 'nobody listens' report.json || fail 'libvirtd killed: the stale socket is not seen'
start_libvirtd
well 'libvirtd killed'

pid=$(cat /run/libvirtd.pid)
kill -STOP "$pid"
begin=$SECONDS
settings=(--set daemon-mute.starting=0) # it was started just now
first daemon-mute 'libvirtd hangs'
settings=()
[ $((SECONDS - begin)) -le 20 ] || fail "libvirtd hangs: it took $((SECONDS - begin)) s"
kill -CONT "$pid"
well 'libvirtd hangs'

pid=$(cat /run/virtlogd.pid)
kill "$pid"
wait_for 20 eval '! [ -e /proc/$pid ]' || fail 'virtlogd does not stop'
rm -f /run/libvirt/virtlogd-sock
! virsh start good >message 2>&1 || fail 'it starts without virtlogd'
first daemon-virtlogd 'virtlogd stopped' good
"$VMDOCTOR" good -F json --error-file message >report.json
grep -q '"rule" : "logs-virtlogd"' report.json || fail "not known by its message: $(cat message)"
virtlogd -d
virsh start good >/dev/null || fail 'it does not start with virtlogd'
virsh destroy good >/dev/null
well 'virtlogd stopped'

# A copy of the XML: the same disk and the same address.
define_guest twin >/dev/null
virsh dumpxml good --inactive >good.xml
image=$(sed -n "s/.*<source file='\([^']*\)'.*/\1/p" good.xml | head -n 1)
address=$(sed -n "s/.*<mac address='\([^']*\)'.*/\1/p" good.xml | head -n 1)
virsh dumpxml twin --inactive | sed "s!<source file='[^']*twin.qcow2'!<source file='$image'!; s!<mac address='[^']*'!<mac address='$address'!" >twin.xml
virsh define twin.xml >/dev/null
virsh start twin >message 2>&1 || fail "the copy does not start: $(cat message)"
! virsh start good >message 2>&1 || fail 'both start on one disk'
"$VMDOCTOR" good -F json >report.json
grep -q '"rule" : "clash-disk"' report.json || fail 'the copy that has the disk is not named'
grep -q '"rule" : "clash-mac"' report.json || fail 'the copy that has the address is not named'
ok 'a copy has the disk and the address'
virsh destroy twin >/dev/null
virsh undefine twin >/dev/null
virsh start good >/dev/null || fail 'it does not start without the copy'
virsh destroy good >/dev/null
well 'a copy'
