# shellcheck shell=bash disable=SC2016,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# Faults of a virtual network that show without a probe, made and mended: the first finding names
# each, and the sound network gives none.
. "$VMDOCTOR_LAB/lib.sh"

# A bridge of the host's beside the network, with a way out of its own.
ip link add br0 type bridge && ip link add lab9 type vxlan id 7 dstport 4789 remote 192.0.2.1 &&
	ip link set lab9 mtu 1500 master br0 up && ip link set br0 up || skip "no bridge or VXLAN can be made here"
define_good extra="<interface type='bridge'><source bridge='br0'/><model type='virtio'/></interface>"
start_guest good
wait_agent good
mac=$(virsh domiflist good | sed -n 's/.* default .* \(52:54:[0-9a-f:]*\).*/\1/p')
records=${VMDOCTOR_LAB_RECORDS-}

first() # NAME: the first finding, a rule's id or "none"; advice counts, what is only told does not
{
	rm -rf /run/lab/record
	timeout 60 "$VMDOCTOR" check good -F json -o /run/lab/report.json --record /run/lab/record || [ $? = 1 ] || fail "check of $1"
	[ -z "$records" ] || cp -r /run/lab/record "$records/$1"
	first_rule /run/lab/report.json info
}

expect() # NAME RULE
{
	local got

	got=$(first "$1")
	[ "$got" = "$2" ] || { cat /run/lab/report.json; fail "$1: the first finding is $got, not $2"; }
	ok "$1: $got"
}

reserve() # ADD-OR-DELETE MAC ADDRESS
{
	virsh -q net-update default "$1" ip-dhcp-host "<host mac='$2' ip='$3'/>" --live >/dev/null
}

resolver() # TEXT: the host's resolv.conf
{
	printf '%s\n' "$1" >/run/lab/resolv.conf && mount --bind /run/lab/resolv.conf /etc/resolv.conf
}

twin() # a port whose sender has the guest's MAC address
{
	ip link add lab0 type veth peer name lab1 && ip link set lab0 master virbr0 up &&
		ip link set lab1 address "$mac" up && sleep 1 || return
	# It goes on sending until its port is gone: each frame of the guest moves the address back.
	python3 - "$mac" <<-'END' &
		import socket, sys, time
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("lab1", 0))
		m = bytes.fromhex(sys.argv[1].replace(":", ""))
		try:
		    while True:
		        s.send(b"\xff" * 6 + m + b"\x88\xb5" + bytes(46))
		        time.sleep(0.02)
		except OSError:
		    pass
	END
	sleep 0.5
}

lease=$(virsh -q domifaddr good | sed -n 's/.* \(192[0-9.]*\)\/.*/\1/p')
resolver 'nameserver 192.0.2.1'
expect healthy none
fault dnsmasq-dead dhcp-server 'kill "$(cat /run/libvirt/network/default.pid)"; sleep 0.5' 'restart_libvirtd; wait_agent good'
expect dnsmasq-again none
fault resolver-none uplink-resolver 'umount /etc/resolv.conf; resolver "# nobody"' 'umount /etc/resolv.conf; resolver "nameserver 192.0.2.1"'
fault resolver-dead uplink-resolver 'umount /etc/resolv.conf; resolver "nameserver 127.0.0.53"' 'umount /etc/resolv.conf; resolver "nameserver 192.0.2.1"'
fault resolver-loop uplink-resolver 'umount /etc/resolv.conf; resolver "nameserver 192.168.122.1"' 'umount /etc/resolv.conf; resolver "nameserver 192.0.2.1"'
fault no-route uplink-route 'ip route del default' 'ip route add default via 192.0.2.1'
fault no-carrier uplink-route 'ip -n outside link set uplink down; sleep 0.5' 'ip -n outside link set uplink up; sleep 0.5'
fault same-subnet uplink-overlap 'ip route add 192.168.122.0/24 dev uplink metric 600' 'ip route del 192.168.122.0/24 dev uplink metric 600'
fault stray-route uplink-overlap 'ip route add "$lease/32" dev uplink' 'ip route del "$lease/32" dev uplink'
fault tap-mtu uplink-mtu 'ip link set vnet0 mtu 1400' 'ip link set vnet0 mtu 1500'
fault isolated port-isolated 'ip link set vnet0 type bridge_slave isolated on' 'ip link set vnet0 type bridge_slave isolated off'
fault no-flood port-unknown-mac 'ip link set vnet0 type bridge_slave flood off learning off; bridge fdb del "$mac" dev vnet0 master 2>/dev/null; bridge fdb add 52:54:00:00:00:77 dev vnet0 master static' \
	'bridge fdb del 52:54:00:00:00:77 dev vnet0 master; ip link set vnet0 type bridge_slave flood on learning on'
fault forward-delay port-delay 'ip link set virbr0 type bridge stp_state 1 forward_delay 1500' 'ip link set virbr0 type bridge stp_state 0 forward_delay 200'
fault bridge-mac port-mac-of-host 'old=$(cat /sys/class/net/virbr0/address); ip link set virbr0 address "$mac"' 'ip link set virbr0 address "$old"'
fault twin port-mac-elsewhere twin 'ip link del lab0'
fault reservation dhcp-reservation 'reserve add 52:54:00:00:00:55 192.168.122.55; reserve delete 52:54:00:00:00:55 192.168.122.55; reserve add "$mac" 192.168.123.5' \
	'reserve delete "$mac" 192.168.123.5'
fault foreign-address dhcp-foreign-address 'guest_exec good /bin/busybox ifconfig eth0 10.9.8.7 netmask 255.255.255.0' \
	'guest_exec good /bin/busybox ifconfig eth0 "$lease" netmask 255.255.255.0'
fault own-address dhcp-no-address 'guest_exec good /bin/busybox ifconfig eth0 169.254.3.4 netmask 255.255.0.0' \
	'guest_exec good /bin/busybox ifconfig eth0 "$lease" netmask 255.255.255.0'
fault autostart port-network-autostart 'virsh -q autostart good; virsh -q net-autostart default --disable' 'virsh -q autostart good --disable; virsh -q net-autostart default'
fault card-down uplink-port 'ip link set lab9 down' 'ip link set lab9 up'
fault card-address uplink-address 'ip address add 10.7.0.1/24 dev lab9' 'ip address del 10.7.0.1/24 dev lab9'
fault card-mtu uplink-mtu 'ip link set lab9 mtu 1450; ip link set vnet1 mtu 1450' 'ip link set lab9 mtu 1500; ip link set vnet1 mtu 1500'
fault bridge-delay port-delay 'ip link set br0 type bridge stp_state 1 forward_delay 1500' 'ip link set br0 type bridge stp_state 0'
expect mended none
