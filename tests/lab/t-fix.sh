#!/bin/bash
# shellcheck disable=SC2016,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# Does the fix fix? Of a domain that is off: break one thing, do exactly what the first finding's first advice that
# acts says, and look again: it starts, and the report is quiet about it.

# shellcheck source=lib.sh
. "$VMDOCTOR_LAB/lib.sh"

need python3 virt-xml setfacl
[ -r /usr/share/OVMF/OVMF_CODE_4M.fd ] || skip "ovmf is not installed"
define_good stats=none
define_guest other >/dev/null
virsh dumpxml --inactive good >/run/lab/good.xml
virsh dumpxml --inactive other >/run/lab/other.xml
img=$images/good.qcow2
xml=/etc/libvirt/qemu/good.xml
cp "$img" /run/lab/good.qcow2

fresh() # as it was
{
	local name

	for name in good other; do
		[ "$(virsh -q domstate $name)" = "shut off" ] || virsh -q destroy $name
	done
	virsh -q define /run/lab/good.xml && virsh -q define /run/lab/other.xml
	rm -rf "$img" && cp /run/lab/good.qcow2 "$img" && chmod 600 "$img"
	chmod 644 $boot/vmlinuz
	virsh -q net-list --name | grep -q default || virsh -q net-start default
	! [ -e /var/lib/libvirt/qemu/save/good.save ] || virsh -q managedsave-remove good
	# What was not mended must not be the next one's history.
	tail -n 1 $rows | grep -q '^yes' || { virsh -q start good && virsh -q destroy good; }
}

edit() # SED...: the definition of good
{
	sed "$@" /run/lab/good.xml >/run/lab/new.xml
	virsh -q define /run/lab/new.xml
}

add() { edit "s!</devices>!$1&!"; } # XML: a device

left() # SED: the definition as an upgrade leaves it, which libvirt would not take today
{
	sed -i "$1" $xml && restart_libvirtd
}

refused() { ! virsh -q start good; } # it does not start
starts() { timeout 30 virsh -q start good; }

try() # NAME RULE BREAK [PROOF [OPTION...]]
{
	mends "$1" "$2" "$3" "${4:-starts}" "${@:5}"
	fresh >/run/lab/fresh 2>&1 || fail "$1: cannot be put back: $(cat /run/lab/fresh)"
}

cdrom="<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='$images/gone.iso'/><target dev='sda' bus='sata'/><readonly/></disk>"
bridge="s!<interface type='network'!<interface type='bridge'!; s!<source network='default'/>!<source bridge='br99'/>!"

overlay() # of good's image
{
	mv "$img" $images/base.qcow2
	qemu-img create -q -f qcow2 -F "${1:-qcow2}" -b $images/base.qcow2 "$img"
}

try network-inactive resource-network 'virsh net-destroy default; refused'
try network-unknown resource-network "edit \"s!network='default'!network='lan'!\"; refused"
try bridge-missing resource-bridge 'edit "$bridge"; refused'
try cdrom-gone disk-image-missing 'add "$cdrom"; refused'
try image-moved disk-image-missing 'mkdir -p $images/new; mv $img $images/new/; refused'
try backing-moved disk-backing-missing 'overlay; mv $images/base.qcow2 $images/new/; refused'
try raw-for-qcow2 disk-format-mismatch "edit \"s!type='qcow2'!type='raw'!\"" "starts && virsh dumpxml good | grep -q \"type='qcow2'\""
try qcow2-for-raw disk-format-mismatch 'qemu-img convert -O raw /run/lab/good.qcow2 $img; refused'
try closed-directory access-parent-search 'mkdir -p $images/home; cp $img $images/home/; chmod 700 $images/home; edit "s!$img!$images/home/good.qcow2!"; refused'
try image-0400 access-leaf-mode 'chmod 0400 $img; refused'
try image-of-root access-leaf-mode "chown 0:0 \$img; chmod 0600 \$img; edit \"s!\(<source file='\$img'\)/>!\1><seclabel model='dac' relabel='no'/></source>!\"; refused"
try kernel-closed access-leaf-mode 'chmod 0 $boot/vmlinuz; refused'
try emulator access-emulator 'left "s!/usr/bin/qemu-system-x86_64!/usr/bin/kvm-spice!"; refused'
try machine-gone machine-missing 'left "s!pc-q35-7.2!pc-q35-99.0!"; refused'
try firmware access-firmware "edit \"s!</os>!<loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.old.fd</loader>&!\"; refused"
try memory-too-large memory-host "edit 's!<memory .*</memory>!<memory unit=\"GiB\">640</memory>!; s!<currentMemory .*</currentMemory>!!'"
try pinned-vcpu cpu-pinning-offline "edit \"s!<vcpu .*!&<cputune><vcpupin vcpu='0' cpuset='200'/></cputune>!\"; refused"
try pinned-emulator cpu-pinning-offline "edit \"s!<vcpu .*!&<cputune><emulatorpin cpuset='200'/></cputune>!\"; refused"
try numa-node logs-pinning "edit \"s!<vcpu .*!&<numatune><memory mode='strict' nodeset='5'/></numatune>!\"; refused"
try vcpus cpu-count-host "edit 's!<vcpu .*!<vcpu>64</vcpu>!'"
try same-port clash-port "add \"<graphics type='vnc' port='5999' listen='127.0.0.1'/>\"; virsh dumpxml other --inactive | sed \"s!</devices>!<graphics type='vnc' port='5999' listen='127.0.0.1'/>&!\" >/run/lab/o.xml; virsh -q define /run/lab/o.xml; virsh -q start other; refused"
try same-mac clash-mac "m=\$(virsh -q domiflist good | awk '{print \$5}'); virsh dumpxml other --inactive | sed \"s!<mac address.*!<mac address='\$m'/>!\" >/run/lab/o.xml; virsh -q define /run/lab/o.xml; virsh -q start other"
try managed-save-bad logs-managed-save 'virsh -q start good; virsh -q managedsave good; dd if=/dev/urandom of=/var/lib/libvirt/qemu/save/good.save bs=1k count=9 conv=notrunc 2>/dev/null; refused'
try hook start-hook 'mkdir -p /etc/libvirt/hooks; printf "#!/bin/sh\nexit 0\n" >/etc/libvirt/hooks/qemu; chmod 644 /etc/libvirt/hooks/qemu; restart_libvirtd' '[ -x /etc/libvirt/hooks/qemu ]'
rm -f /etc/libvirt/hooks/qemu; restart_libvirtd
try aio-native disk-aio-native "left \"s!cache='none'!cache='writeback'!\"; refused"
try virtlogd daemon-virtlogd 'kill $(cat /run/virtlogd.pid); sleep 0.3; rm -f /run/libvirt/virtlogd-sock; refused'
try libvirtd daemon-down 'kill $(cat /run/libvirtd.pid); sleep 1'
try pool-inactive resource-pool 'mkdir -p $images/p; cp $img $images/p/; virsh -q pool-define-as p dir --target $images/p; virsh -q pool-start p; virsh -q pool-destroy p; edit "s!<disk type='"'file'"'!<disk type='"'volume'"'!; s!<source file=.*!<source pool='"'p'"' volume='"'good.qcow2'"'/>!"; refused'
try immutable device-immutable 'chattr +i $img; refused'
chattr -i $img
try rng-missing device-missing "edit 's!/dev/urandom!/dev/hwrng9!'; refused"
pages=$(cat /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages) # they, and /dev, are this machine's own
huge="edit 's!<vcpu!<memoryBacking><hugepages/></memoryBacking>&!; s!<memory .*</memory>!<memory unit=\"MiB\">16</memory>!; s!<currentMemory .*</currentMemory>!!'; refused"
try hugetlbfs memory-hugetlbfs "$huge" 'findmnt -t hugetlbfs'
try hugepages memory-hugepages "$huge"
echo "$pages" >/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages || virsh -q allocpages 2M "$pages" >/dev/null
umount /dev/hugepages-guest && rmdir /dev/hugepages-guest
try ide-q35 address-ide-q35 "left \"s!bus='virtio'/>!bus='ide'/>!\"; refused"
try nwfilter port-filter "edit \"s!<model type='virtio'/>!&<filterref filter='gone'/>!\"; refused"
try share-dir access-missing "add \"<filesystem type='mount'><source dir='$images/gone'/><target dir='t'/></filesystem>\"; refused"
try serial-dir device-missing "add \"<serial type='file'><source path='$images/logs/serial.log'/><target port='1'/></serial>\"; refused"
try cpu-model logs-cpu-features "edit \"s!<cpu mode='maximum'.*!<cpu mode='custom' match='exact' check='partial'><model fallback='forbid'>Icelake-Server</model></cpu>!\"; refused"
mended_all
