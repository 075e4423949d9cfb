#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The lab itself: both standard guests run, with agent, lease, statistics, disks and NAT.

# shellcheck source=lib.sh
. "$VMDOCTOR_LAB/lib.sh"

opens_direct() # NAME: QEMU has the guest's disk open with O_DIRECT
{
	local fd proc

	proc=/proc/$(guest_pid "$1")
	for fd in "$proc"/fd/*; do
		[ "$(readlink "$fd")" = "$images/$1.qcow2" ] || continue
		(((8#$(sed -n 's/^flags:[^0-9]*//p' "$proc/fdinfo/${fd##*/}") & 8#40000) != 0)) &&
			return 0
	done
	return 1
}

define_web
define_good
start_guest web good

for guest in web good; do
	wait_agent $guest
	check "$guest: the agent names the claimed system" \
		grep -q "os.version-id *: 20.04" <(virsh guestinfo $guest --os)
	check "$guest: has a lease under its name" \
		grep -q "192\.168\.122\..* $guest " <(virsh net-dhcp-leases default)
	check "$guest: the balloon counts swap" \
		wait_for 10 eval "virsh dommemstat $guest | grep -q swap_in"
	check "$guest: vda is readable" \
		guest_exec $guest /bin/dd if=/dev/vda of=/dev/null bs=64k count=16
	check "$guest: reaches the outside by NAT" \
		guest_exec $guest /bin/ping -c 1 -W 5 198.51.100.1
	check "$guest: has an own cgroup" grep -q "$guest" "/proc/$(guest_pid $guest)/cgroup"
done

check "web: swaps to vdb" grep -q /dev/vdb <(guest_exec web /bin/cat /proc/swaps)
check "good: does not swap" eval '! guest_exec good /bin/cat /proc/swaps | grep -q /dev'
check "web: machine pc-q35-3.1" grep -q "machine='pc-q35-3.1'" <(virsh dumpxml web)
check "web: writes through" grep -q "cache='writethrough'" <(virsh dumpxml web)
check "good: its disk has the attributes" \
	grep -q "cache='none' io='native' discard='unmap'" <(virsh dumpxml good)
check "good: opens its disk past the page cache" opens_direct good
check "web: opens its disk through the page cache" eval '! opens_direct web'

stop_guest web good
check "nothing runs any more" test -z "$(virsh list --name)"
