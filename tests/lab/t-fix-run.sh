#!/bin/bash
# shellcheck disable=SC2016
# SPDX-License-Identifier: GPL-2.0-or-later
# Does the fix fix? Of a guest that runs, and of its network: break one thing, do exactly what the first finding's
# first advice that acts says, and look again: it is mended, and the report is quiet about it.

# shellcheck source=lib.sh
. "$VMDOCTOR_LAB/lib.sh"

need python3 virt-xml nft iptables
mount --bind /run/lab/resolv.conf /etc/resolv.conf
define_good
start_guest good
wait_agent good
virsh dumpxml --inactive good >/run/lab/good.xml
mac=$(virsh -q domiflist good | awk '{print $5}')

ping_out() { guest_exec good /bin/busybox ping -c 1 -W 2 192.0.2.1; }
cut() { ! ping_out; } # the guest does not get out
bridged() { [ "$(basename "$(readlink /sys/class/net/vnet0/master)")" = virbr0 ]; }

defined() # SED...: the guest is off, so defined
{
	sed "$@" /run/lab/good.xml >/run/lab/new.xml
	virsh -q destroy good
	virsh -q define /run/lab/new.xml
}

changed() { defined "$@" && virsh -q start good; } # SED...: the guest is started anew, so defined

with() { changed "s!</devices>!$1&!"; } # XML: a device more

live() { virsh dumpxml good | grep -q "$@"; } # its live XML has it
gone() { ! live "$@"; }

try() # NAME RULE BREAK PROOF [OPTION...]
{
	mends "$@" --ignore cpu-tcg
	virsh -q net-list --name | grep -q default || virsh -q net-start default
	bridged || ip link set vnet0 master virbr0
}

fix() # the same, and the guest as it was
{
	mends "$@" --ignore guest-agent-disconnected --ignore logs-agent-daemon --ignore cpu-tcg
	virsh -q destroy good 2>/dev/null
	virsh -q define /run/lab/good.xml && virsh -q start good || fail "$1: cannot be put back"
}

check "the guest gets out" wait_for 10 ping_out
try dnsmasq dhcp-server 'kill $(cat /run/libvirt/network/default.pid); sleep 0.5' 'pgrep dnsmasq'
try bridge-down network-bridge 'ip link set virbr0 down' 'wait_for 30 ping_out'
try bridge-address network-bridge 'ip address flush dev virbr0' 'wait_for 30 ping_out'
try tap-out network-port 'ip link set vnet0 nomaster' 'bridged && wait_for 5 ping_out'
try tap-down network-port 'ip link set vnet0 down' 'wait_for 30 ping_out'
try isolated port-isolated 'ip link set vnet0 type bridge_slave isolated on' 'bridge -d link show dev vnet0 | grep -q "isolated off"'
try forward-delay port-delay 'ip link set virbr0 type bridge stp_state 1 forward_delay 1500' '[ $(cat /sys/class/net/virbr0/bridge/stp_state) = 0 ]'
ip link set virbr0 type bridge forward_delay 200
try forwarding network-forward 'sysctl -qw net.ipv4.ip_forward=0; cut' 'wait_for 30 ping_out'
try docker network-firewall 'iptables -P FORWARD DROP; iptables -I FORWARD -j DROP; cut' 'wait_for 30 ping_out'
iptables -P FORWARD ACCEPT; iptables -D FORWARD -j DROP
try nft-drop network-firewall 'nft add table inet lab; nft "add chain inet lab f { type filter hook forward priority 0; policy drop; }"; cut' 'wait_for 30 ping_out'
nft delete table inet lab
try flushed network-nat 'iptables -t nat -F; iptables -F' 'wait_for 30 ping_out'
restart_libvirtd
try cable network-link 'virsh -q domif-setlink good "$mac" down' 'wait_for 30 ping_out'
try network-autostart port-network-autostart 'virsh -q net-autostart default --disable' 'virsh net-info default | grep -q "Autostart: *yes"'
try network-stopped network-bridge 'virsh -q net-destroy default' 'virsh -q net-list --name | grep -q default'
try paused state-paused 'virsh -q suspend good' 'virsh domstate good | grep -q running'

fix tap-mtu uplink-mtu 'ip link set vnet0 mtu 1400' 'live "mtu size"'
fix writethrough disk-cache-writethrough "changed \"s!cache='none' io='native'!cache='writethrough'!\"" 'gone writethrough'
fix unsafe disk-cache-unsafe "changed \"s!cache='none' io='native'!cache='unsafe'!\"" 'gone unsafe'
fix error-policy disk-error-policy "changed \"s!cache='none' io='native'!& error_policy='ignore'!\"" 'gone "error_policy=.ignore"'
fix no-balloon virtio-balloon-off "changed \"/<memballoon/,/<\/memballoon>/c <memballoon model='none'/>\"" 'live "memballoon model=.virtio"'
fix e1000 virtio-nic "changed \"s!<model type='virtio'/>!<model type='e1000'/>!\"" 'live "model type=.virtio"'
fix sata virtio-disk-bus "changed \"s!<target dev='vda' bus='virtio'/>!<target dev='sda' bus='sata'/>!; /<target dev=.vda/,/<\/disk>/s/<address.*//; /<target dev=.sda/,/<\/disk>/s/<address.*//\"" 'live "bus=.virtio"'
fix old-machine machine-drift "changed \"s!pc-q35-7.2!pc-q35-3.1!\"" 'gone "pc-q35-3.1"'
fix old-os guest-os-drift "changed \"s!ubuntu/20.04!ubuntu/18.04!\"; wait_agent good; wait_for 30 ping_out" 'gone "ubuntu/18.04"'
fix open-vnc graphics-open "with \"<graphics type='vnc' port='-1' listen='0.0.0.0'/>\"" 'gone "listen=.0.0.0.0"'
fix iothread tuning-iothread-unused "changed \"s!<vcpu .*!&<iothreads>1</iothreads>!\"" 'gone "<iothreads" || live "iothread=.1"'
fix hard-limit logs-memlock "defined \"s!<vcpu .*!<memtune><hard_limit unit='MiB'>260</hard_limit></memtune>&!\"; ! virsh -q start good" 'gone "<hard_limit" && virsh -q start good'
mended_all
