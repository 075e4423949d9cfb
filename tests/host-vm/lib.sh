# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lib.sh - inside the VM: what its scripts share.
#
# guest NAME [DEVICES [MORE]]   defines a domain with a disk and, if given, more XML
# gone NAME                     takes it away
# forget NAME                   empties the logs
# see NAME TREE                 vmdoctor's report on it, and a recording in $out/TREE; both must agree
# finds RULE... , lacks RULE... the last report has, or has not, findings by these rules
# first RULE                    the finding to look at first is by this rule
# quiet                         the last report has nothing of warning or above
set -u
vmdoctor=/opt/vmdoctor/vmdoctor
out=/root/out
images=/var/lib/libvirt/images
failures=0
export LC_ALL=C.UTF-8 TZ=UTC
mkdir -p $out

# What was logged so far: the next scenario stands for itself.
forget()
{
	journalctl -q --rotate && journalctl -q --vacuum-time=1s
	: >/var/log/audit/audit.log
	: >"/var/log/libvirt/qemu/$1.log"
}

begin() { echo "== $*"; scenario=$1; }
ok() { echo "ok: $scenario: $*"; }
bad() { failures=$((failures + 1)); echo "FAIL: $scenario: $*"; }
done_all() { echo "failures: $failures"; [ $failures = 0 ]; exit; }
fails() { ! timeout 60 "$@" >/dev/null 2>&1 || bad "succeeds: $*"; }
works() { local said; said=$(timeout 60 "$@" 2>&1) || bad "fails: $*: $said"; }

guest() # NAME [DEVICES [MORE]]
{
	local image=$images/$1.qcow2

	[ -e "$image" ] || qemu-img create -q -f qcow2 "$image" 64M
	cat >"/root/$1.xml" <<-END
		<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
		  <name>$1</name>
		  <uuid>$(echo "$1" | md5sum | sed 's/\(.\{8\}\)\(....\).\(...\).\(...\)\(.\{12\}\).*/\1-\2-4\3-8\4-\5/')</uuid>
		  <memory unit='MiB'>64</memory>
		  <vcpu>1</vcpu>
		  <os><type arch='x86_64' machine='q35'>hvm</type></os>
		  <features><acpi/><apic/></features>
		  <cpu mode='host-passthrough'/>
		  <devices>
		    <disk type='file' device='disk'>
		      <driver name='qemu' type='qcow2' discard='unmap'/>
		      <source file='$image'/>
		      <target dev='vda' bus='virtio'/>
		    </disk>
		    <memballoon model='virtio'/>
		    ${2-}
		  </devices>
		  ${3-}
		</domain>
	END
	virsh -q define "/root/$1.xml" || bad "$1 cannot be defined"
}

gone() { virsh -q destroy "$1" >/dev/null 2>&1; virsh -q undefine "$1"; rm -f "$images/$1.qcow2" "/var/log/libvirt/qemu/$1.log"; }

see() # NAME TREE
{
	rm -rf "${out:?}/$2"
	timeout 60 virsh version >/dev/null 2>&1 # emulated, the daemon takes long to look at all emulators
	timeout 100 $vmdoctor --record "$out/$2" -F json "$1" >"$out/$2.json" 2>"$out/$2.err"
	[ -s "$out/$2.json" ] || bad "no report: $(cat "$out/$2.err")"
	report=$out/$2.json
	timeout 100 $vmdoctor --from "$out/$2" "$1" >"$out/$2.txt" 2>&1
	timeout 100 $vmdoctor --from "$out/$2" -F json "$1" 2>/dev/null | cmp -s - "$report" ||
		bad "the recording $2 is judged otherwise than the host"
}

of_report() # PYTHON: about the findings f
{
	python3 -c "
import json, sys
f = json.load(open('$report'))['findings']
rules = [x['rule'] for x in f]
worse = [x for x in f if x['severity'] in ('critical', 'error', 'warning')]
sys.exit(0 if ($1) else 1)"
}

says() # WHAT PYTHON
{
	if of_report "$2"; then ok "$1"; else bad "not so: $1"; cat "${report%.json}.txt"; fi
}

finds() { local r; for r; do says "finds $r" "'$r' in rules"; done; }
lacks() { local r; for r; do says "lacks $r" "'$r' not in rules"; done; }
first() { says "first is $1" "rules and rules[0] == '$1'"; }
quiet() { says "nothing of warning or above" "not worse"; }
