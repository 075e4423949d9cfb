#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# It will not start, for real, the device half: locks, O_DIRECT, machine type, nodes, the device list. Each is
# broken by itself and the first finding names it; it is mended, and nothing of the kind is found.

# shellcheck source=lib.sh
. "$VMDOCTOR_LAB/lib.sh"

need python3 qemu-img qemu-io
define_good
define_guest other
work=$(mktemp -d)
cd "$work" || exit 1
virsh dumpxml --inactive good >good.xml
virsh dumpxml --inactive other >other.xml
img=$images/good.qcow2

first() { # RULE WORD: the first finding about a domain is RULE's, and its message has WORD
	python3 - "$1" "$2" <<-'END'
		import json, sys
		f = [x for x in json.load(open('report.json'))['findings'] if x['domain']]
		if not f or f[0]['rule'] != sys.argv[1] or sys.argv[2] not in f[0]['message']:
		    sys.exit('; '.join(x['rule'] + ' ' + x['severity'] + ': ' + x['message'] for x in f) or 'none')
	END
}

has() { # RULE WORD: a finding of RULE has WORD
	python3 - "$1" "$2" <<-'END'
		import json, sys
		f = json.load(open('report.json'))['findings']
		sys.exit(not any(x['rule'] == sys.argv[1] and sys.argv[2] in x['message'] for x in f))
	END
}

none() { # no finding of warning or above about a domain: the daemon's log keeps what was
	python3 - <<-'END'
		import json, sys
		f = [x for x in json.load(open('report.json'))['findings'] if x['domain'] and x['severity'] in ('critical', 'error', 'warning')]
		sys.exit('; '.join(x['rule'] + ': ' + x['message'] for x in f) or 0)
	END
}

look() { # DOMAIN [OPTION...]: report.json, and the same of its recording
	rm -rf tree
	"$VMDOCTOR" "$@" -F json --record tree >report.json
	[ $? -le 1 ] || fail "vmdoctor: $(cat report.json)"
	"$VMDOCTOR" "$1" -F json --from tree >replay.json
	cmp report.json replay.json || fail "$1: the recording says something else"
}

refused() { # DOMAIN RULE WORD TEXT: the start fails with TEXT, and the first finding says why
	virsh start "$1" >said 2>&1 && fail "$2: $1 starts"
	grep -qF "$4" said || fail "$2: another failure: $(cat said)"
	look "$1"
	check "$2: the first finding names it" first "$2" "$3"
}

starts() { # DOMAIN TEXT
	virsh start "$1" >said 2>&1 || fail "$2: $1 does not start: $(cat said)"
	look "$1"
	check "$2: it runs, and nothing is found" none
	virsh destroy "$1" >/dev/null
}

redefine() { # DOMAIN SED-SCRIPT: as it was, changed
	sed "$2" "$1.xml" >new.xml
	check "redefine" virsh define new.xml
}

starts good "healthy"
look good
check "healthy, and off" none

# The image of a running domain, then of a program that is no domain.
redefine other "s!$images/other.qcow2!$img!"
virsh -q start good || fail "good does not start"
refused other lock-held "the domain good" 'Failed to get "write" lock'
virsh -q destroy good
qemu-io -c 'sleep 60000' $img >/dev/null &
holder=$!
wait_for 5 grep -q "OFDLCK.*:$(stat -c %i $img) " /proc/locks || fail "qemu-io does not lock"
refused other lock-held "qemu-io (process" 'Failed to get "write" lock'
kill $holder
wait $holder 2>/dev/null
redefine other ''
starts other "an image of its own"

# A base image that somebody writes to.
qemu-img create -q -f qcow2 -F qcow2 -b $img $images/overlay.qcow2
redefine other "s!$images/other.qcow2!$images/overlay.qcow2!"
virsh -q start good || fail "good does not start"
refused other lock-held "read by disk vda" 'shared "write" lock'
virsh -q destroy good
starts other "the base at rest"
redefine other ''

# O_DIRECT
mkdir -p $images/ram
mount -t ramfs -o mode=755 ramfs $images/ram
cp $img $images/ram/good.qcow2
redefine good "s!$img!$images/ram/good.qcow2!"
if virsh start good >said 2>&1; then
	virsh -q destroy good
	ok "ramfs does O_DIRECT here: left out"
else
	refused good disk-odirect "refuses" O_DIRECT
	redefine good "s!$img!$images/ram/good.qcow2!; s! cache='none' io='native'!!; s!discard='unmap'!!"
	starts good "the host's cache"
fi
redefine good ''

# A machine type of another QEMU: libvirt does not take such a definition, but finds it after an upgrade.
sed -i "s!machine='[^']*'!machine='pc-q35-99.0'!" /etc/libvirt/qemu/other.xml
restart_libvirtd
refused other machine-missing "pc-q35-99.0" "machine type"
redefine other ''
starts other "a machine type that is there"

# /dev/net without tun
mount -t tmpfs -o mode=755 tmpfs /dev/net
refused good device-missing /dev/net/tun /dev/net/tun
mknod -m 0666 /dev/net/tun c 10 200
starts good "tun"

# A node that only qemu:commandline names: it is not in QEMU's own /dev.
qemu="s!<domain type='qemu'!& xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'!
	s!</domain>!<qemu:commandline><qemu:arg value='-object'/><qemu:arg value='rng-random,id=more,filename=NODE'/></qemu:commandline></domain>!"
if [ -c /dev/hwrng ]; then
	redefine good "${qemu/NODE//dev/hwrng}"
	refused good device-private-dev /dev/hwrng "No such file or directory"
fi

# The same without a /dev of its own: the device list refuses.
mknod -m 0666 /dev/net/node c 10 183
cp /etc/libvirt/qemu.conf qemu.conf
echo 'namespaces = [ ]' >>/etc/libvirt/qemu.conf
restart_libvirtd
redefine good "${qemu/NODE//dev/net/node}"
virsh start good >said 2>&1 && skip "no device list is in force here"
refused good device-cgroup /dev/net/node "Operation not permitted"
echo 'cgroup_device_acl = [ "/dev/null", "/dev/full", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/ptmx", "/dev/kvm", "/dev/net/node" ]' \
	>>/etc/libvirt/qemu.conf
restart_libvirtd
if [ -c /dev/hwrng ]; then
	starts good "a node that the list has"
	virsh -q start good
	list=/sys/fs/cgroup/devices$(sed -n 's/.*:devices://p' "/proc/$(guest_pid good)/cgroup")
	if [ -w "$list/devices.deny" ]; then
		echo 'c 10:183 rw' >"$list/devices.deny"
		look good
		check "taken from the running guest's list" has device-cgroup "(c 10:183)"
	fi
	virsh -q destroy good
fi
cp qemu.conf /etc/libvirt/qemu.conf
restart_libvirtd
redefine good ''

# Attributes that no mode shows
if chattr +i $img 2>/dev/null; then
	trap 'chattr -i $img' EXIT
	virsh start good >said 2>&1 && fail "immutable: it starts"
	look good
	chattr -i $img
	trap - EXIT
	check "immutable: the first finding names it" first device-immutable "immutable"
fi

# Limits of the running process
virsh -q start good || fail "good does not start"
pid=$(guest_pid good)
files=("/proc/$pid/fd/"*)
if prlimit --pid "$pid" --nofile=$((${#files[@]} + 1)): 2>/dev/null; then
	look good
	check "almost no file left to open" has device-open-files "process $pid"
	prlimit --pid "$pid" --nofile=1024:
fi
virsh -q destroy good
starts good "at the end"
