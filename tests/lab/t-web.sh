#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The guest of the post: an old machine type, metadata of the system before its upgrade, a disk that
# writes through, swap. Diagnosed live, recorded and replayed; and the healthy guest beside it.

# shellcheck source=lib.sh
. "$VMDOCTOR_LAB/lib.sh"

define_web
define_good
start_guest web good
wait_agent web
wait_agent good
work=$(mktemp -d)
cd "$work" || exit 1

finds() { # NAME RULE: in NAME.json
	python3 - "$1.json" "$2" <<-'END'
		import json, sys
		sys.exit(not any(f['rule'] == sys.argv[2] for f in json.load(open(sys.argv[1]))['findings']))
	END
}

# The wall time is the program's promise that a guest's agent or a monitor cannot break.
"$VMDOCTOR" web >web.txt
[ $? = 1 ] || fail "web: exit status not 1: $(cat web.txt)"
cat web.txt
for rule in disk-cache-writethrough machine-drift guest-os-drift; do
	"$VMDOCTOR" --record "web-$rule" web -F json >web.json
	check "web: $rule" finds web $rule
	"$VMDOCTOR" --from "web-$rule" web -F json >replay.json
	check "web: the recording replays to the same bytes" cmp web.json replay.json
done
check "web: the guest's own word is in the report" grep -q 'Ubuntu 20.04' web.json
check "web: a UUID names it" eval '"$VMDOCTOR" "$(virsh domuuid web)" -q | grep -q writethrough'
check "web: its running id names it" eval '"$VMDOCTOR" "$(virsh domid web)" -q | grep -q writethrough'

check "good: nothing of warning or above" "$VMDOCTOR" good
"$VMDOCTOR" good

# A QEMU that is stopped: libvirt's calls on it block; the others are looked at all the same.
# A daemon that was started a moment ago is given time to answer, so it must be older.
wait_for 70 eval '[ "$(ps -o etimes= -p "$(pgrep -o libvirtd)")" -gt 62 ]'
pid=$(guest_pid web)
kill -STOP "$pid"
begin=$SECONDS
"$VMDOCTOR" -F json >stuck.json
took=$((SECONDS - begin))
kill -CONT "$pid"
[ $took -le 20 ] || fail "a stopped QEMU cost $took s"
ok "a stopped QEMU cost $took s"
check "the other domain is in the report" grep -q '"name" : "good"' stuck.json
check "the stopped one is a finding" finds stuck state-no-answer

# A machine type that this QEMU lacks: libvirt keeps such a domain listed; its file is edited as an
# upgrade of QEMU would leave it.
virsh dumpxml --inactive good | sed 's/pc-q35-[0-9.]*/pc-q35-99.0/; s/>good</>future</; /<uuid>/d; /<mac /d' >future.xml
"$VMDOCTOR" --from future.xml -F json >/dev/null || true
mkdir -p tree/etc/libvirt/qemu tree/vmdoctor/libvirt
cp future.xml tree/etc/libvirt/qemu/
virsh capabilities >tree/vmdoctor/libvirt/capabilities.xml
"$VMDOCTOR" --from tree future -F json >future.json
check "future: its machine type is missing here" finds future machine-missing

# No daemon: which socket, and why.
"$VMDOCTOR" -c 'qemu+unix:///system?socket=/nosuch/sock' >none 2>&1
[ $? = 2 ] || fail "no libvirt: exit status not 2"
check "no libvirt: the socket is named" grep -q /nosuch/sock none
