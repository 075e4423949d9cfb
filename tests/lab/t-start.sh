#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What keeps a domain from starting, or pauses it: break, see that it fails and that the first
# finding names it; mend, and see that it starts and that nothing of warning or above is left.

# shellcheck source=lib.sh
. "$VMDOCTOR_LAB/lib.sh"

work=$(mktemp -d)
cd "$work" || exit 1

first() { # RULE TEXT [OPTION...]: the first finding about the guest good is of RULE
	local rule=$1 text=$2 got

	shift 2
	"$VMDOCTOR" good -F json "$@" >report.json
	got=$(first_rule report.json)
	[ "$got" = "$rule" ] || fail "$text: first finding $got, not $rule: $("$VMDOCTOR" good "$@" | head -n 40)"
	ok "$text: the first finding is $rule"
}

refuses() { # TEXT: good does not start; the message is left in ./message
	! virsh start good >message 2>&1 || fail "$1: it starts all the same"
}

starts() { # TEXT
	virsh start good >message 2>&1 || fail "$1, mended: $(cat message)"
	"$VMDOCTOR" good >report.txt || fail "$1, mended: still something: $(cat report.txt)"
	ok "$1: mended, it starts and nothing is left"
	virsh destroy good >/dev/null
}

define_good
image=$images/good.qcow2

virsh net-destroy default >/dev/null
refuses 'inactive network'
first resource-network 'inactive network'
first resource-network 'inactive network, by its message' --error-file message
virsh net-start default >/dev/null
starts 'inactive network'

mv "$image" "$image.away"
refuses 'image gone'
first disk-image-missing 'image gone'
mv "$image.away" "$image"
starts 'image gone'

cp "$image" "$images/base.qcow2"
qemu-img create -q -f qcow2 -F qcow2 -b "$images/base.qcow2" "$images/overlay.qcow2"
mv "$image" "$image.away"
mv "$images/overlay.qcow2" "$image"
mv "$images/base.qcow2" "$images/base.away"
refuses 'backing file gone'
first disk-backing-missing 'backing file gone'
mv "$images/base.away" "$images/base.qcow2"
starts 'backing file gone'
mv "$image.away" "$image"

qemu-io -c 'sleep 30000' "$image" >/dev/null 2>&1 &
holder=$!
# Not by opening it: that would take the lock from under qemu-io.
wait_for 20 grep -q ":$(stat -c %i "$image") " /proc/locks || fail 'image open elsewhere: qemu-io does not hold it'
refuses 'image open elsewhere'
first lock-held 'image open elsewhere, by its message' --error-file message
kill $holder
wait $holder 2>/dev/null
starts 'image open elsewhere'

# A full disk: the guest is paused, and goes on once there is space.
mkdir -p "$images/small"
mount -t tmpfs -o size=3m none "$images/small"
chmod 711 "$images/small"
define_guest full cache= io= discard= >/dev/null
virsh dumpxml full --inactive | sed "s!$images/full.qcow2!$images/small/full.qcow2!" >full.xml
mv "$images/full.qcow2" "$images/small/full.qcow2"
virsh define full.xml >/dev/null
start_guest full
wait_agent full
guest_exec full /bin/dd if=/dev/urandom of=/dev/vda bs=64k count=100 >/dev/null 2>&1 &
wait_for 30 eval 'virsh domstate full --reason | grep -q "paused (I/O error)"' || fail "full disk: not paused: $(virsh domstate full --reason)"
"$VMDOCTOR" full -F json >report.json
# The root is the full file system; that the guest is paused for it is its consequence.
python3 -c 'import json, sys
f = json.load(open("report.json"))["findings"]
paused = [x for x in f if x["rule"] == "state-paused-no-space"]
sys.exit(not (f[0]["rule"] == "disk-fs-full" and paused and paused[0]["explained_by"] == f[0]["key"]))' ||
	fail "full disk: $("$VMDOCTOR" full | head -n 40)"
ok 'full disk: the first finding is disk-fs-full, and explains that the guest is paused'
"$VMDOCTOR" full
mount -o remount,size=64m "$images/small"
virsh resume full >/dev/null
check 'full disk: it goes on' wait_for 5 eval 'virsh domstate full | grep -q running'
"$VMDOCTOR" full -F json >report.json
python3 -c 'import json, sys; f = json.load(open("report.json"))["findings"]; sys.exit(any(x["rule"].startswith("state-paused") for x in f))' ||
	fail 'full disk, mended: still paused in the report'
ok 'full disk: mended'
