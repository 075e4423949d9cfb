# shellcheck shell=bash disable=SC2016
# SPDX-License-Identifier: GPL-2.0-or-later
# Each fault of a virtual network, made and mended: the first finding of the probe names it, and
# the sound network gives none.
# lab: alone
. "$VMDOCTOR_LAB/lib.sh"

# dnsmasq derives the address from it: one outside of the part that the fault rp-filter routes away.
define_good mac=52:54:00:00:00:01
start_guest good
wait_agent good
records=${VMDOCTOR_LAB_RECORDS-}

stp() { ip link set virbr0 type bridge stp_state "$1"; }

probe() # NAME [OPTION...]: leaves the probe's first finding in $first: a rule's id or "none"
{
	local name=$1 begin=$EPOCHREALTIME

	shift
	rm -rf /run/lab/record
	timeout 60 "$VMDOCTOR" probe good -F json -o /run/lab/report.json --record /run/lab/record "$@" || [ $? = 1 ] || fail "probe of $name"
	took=$(((${EPOCHREALTIME/./} - ${begin/./}) / 1000))
	frames=$(grep -rhoP '"frames" : \K\d+' /run/lab/record/vmdoctor/probe)
	[ -z "$records" ] || cp -r /run/lab/record "$records/$name"
	first=$(first_rule /run/lab/report.json info advice)
}

expect() # NAME RULE [OPTION...]
{
	local name=$1 rule=$2

	shift 2
	probe "$name" "$@"
	[[ $first =~ ^($rule)$ ]] || { cat /run/lab/report.json; fail "$name: the first finding is $first, not $rule"; }
	[ "${frames:-0}" -le 20 ] || fail "$name: $frames frames"
	ok "$name: $first"
	echo "measured: probe, $name: $took ms, ${frames:-no} frames"
}

nft_rule() # FAMILY HOOK RULE
{
	nft "add table $1 lab; add chain $1 lab lab { type filter hook $2 priority 0; policy accept; }; add rule $1 lab lab $3"
}

neighbour() # a machine of its own in the bridge, called neighbour, with this address
{
	ip netns add neighbour && ip link add lab0 type veth peer name eth0 netns neighbour &&
		ip link set lab0 master virbr0 up && ip -n neighbour link set lo up && ip -n neighbour link set eth0 up &&
		ip -n neighbour address add "$1" dev eth0
}

no_port() { ! ip -br link | grep -q '^vmdoctor'; }

# As libvirt makes it, with STP.
expect healthy none
check "no port is left" no_port
"$VMDOCTOR" probe good >/dev/null &
pid=$!
wait_for 5 eval '! no_port' || fail "there was no port"
kill -KILL $pid
check "no port is left after SIGKILL" wait_for 10 no_port
stp 0
expect healthy-without-stp none

fault dnsmasq-dead dhcp-server 'kill $(cat /run/libvirt/network/default.pid)' \
	'virsh -q net-destroy default && virsh -q net-start default && stp 0 && ip link set vnet0 master virbr0'
fault input-blocked network-input 'nft_rule inet input "iifname virbr0 udp dport { 53, 67 } drop"' 'nft delete table inet lab'
fault output-blocked network-input 'nft_rule inet output "oifname virbr0 udp dport 68 drop"' 'nft delete table inet lab'
fault ip-forward network-forward 'sysctl -qw net.ipv4.ip_forward=0' 'sysctl -qw net.ipv4.ip_forward=1'
fault no-route uplink-route 'ip route del default' 'ip route add default via 192.0.2.1'
fault forward-drop network-firewall 'nft_rule inet forward drop' 'nft delete table inet lab'
fault forward-reject network-firewall 'nft_rule inet forward "iifname virbr0 reject"' 'nft delete table inet lab'
fault reply-drop network-firewall 'nft_rule inet forward "oifname virbr0 drop"' 'nft delete table inet lab'
fault docker network-docker 'iptables -N DOCKER-USER; iptables -I FORWARD -j DOCKER-USER; iptables -P FORWARD DROP; iptables -F LIBVIRT_FWO' \
	'iptables -P FORWARD ACCEPT; iptables -D FORWARD -j DOCKER-USER; iptables -X DOCKER-USER; restart_libvirtd'
fault hidden-drop probe-firewall 'nft_rule inet prerouting "iifname virbr0 ip ttl 2 drop"' 'nft delete table inet lab'
fault nat-missing network-nat 'iptables-save -t nat >/run/lab/nat; iptables -t nat -F LIBVIRT_PRT' 'iptables-restore </run/lab/nat'
fault first-hop-silent probe-outside 'ip -n outside link set uplink arp off; ip neigh flush dev uplink' 'ip -n outside link set uplink arp on'
fault rp-filter 'uplink-overlap|probe-forward' 'sysctl -qw net.ipv4.conf.all.rp_filter=1; ip route add 192.168.122.192/26 dev uplink' \
	'sysctl -qw net.ipv4.conf.all.rp_filter=0; ip route del 192.168.122.192/26 dev uplink'
fault bridge-address network-bridge 'ip address del 192.168.122.1/24 dev virbr0' 'ip address add 192.168.122.1/24 brd + dev virbr0'
fault bridge-down network-bridge 'ip link set virbr0 down' 'ip link set virbr0 up'
fault port-out network-port 'ip link set vnet0 nomaster' 'ip link set vnet0 master virbr0'
fault port-down network-port 'ip link set vnet0 down' 'ip link set vnet0 up'
fault link-state network-link 'virsh -q domif-setlink good vnet0 down' 'virsh -q domif-setlink good vnet0 up'
fault arp-filtered probe-gateway 'nft_rule bridge input "ether type arp drop"' 'nft delete table bridge lab'
fault arp-ignored probe-gateway 'sysctl -qw net.ipv4.conf.virbr0.arp_ignore=8' 'sysctl -qw net.ipv4.conf.virbr0.arp_ignore=0'
fault mac-filtered probe-gateway 'nft_rule bridge input "ether saddr != $(virsh domiflist good | sed -n "s/.* \(52:54.*\)/\1/p") drop"' 'nft delete table bridge lab'
fault second-gateway probe-two-gateways 'neighbour 192.168.122.1/24' 'ip netns del neighbour'
fault rogue-dhcp probe-rogue-dhcp 'neighbour 192.168.122.66/24; ip netns exec neighbour dnsmasq --port=0 --pid-file=/run/lab/rogue.pid --conf-file=/dev/null --dhcp-leasefile=/run/lab/rogue --dhcp-range=192.168.122.70,192.168.122.80 --no-ping' \
	'kill $(cat /run/lab/rogue.pid); ip netns del neighbour'
fault guest-down probe-guest 'guest_exec good /bin/busybox ifconfig eth0 down' 'guest_exec good /bin/busybox ifconfig eth0 up'
fault name-server-upstream probe-name true true --name example.org
fault path-mtu probe-mtu 'ip link set uplink mtu 1400' 'ip link set uplink mtu 1500' --target 198.51.100.1
stp 1
fault forward-delay probe-port 'ip link set virbr0 type bridge forward_delay 1500' 'ip link set virbr0 type bridge forward_delay 200'
stp 0
expect mended none

# Whoever ends the program ends its port: the child that has it does not go on by itself.
for signal in INT TERM KILL; do
	env --default-signal=INT "$VMDOCTOR" probe good >/dev/null 2>&1 & # a shell's background job ignores it
	pid=$!
	wait_for 10 ip link show vmdoctor0 || fail "no port of the probe appears"
	kill -$signal $pid
	status=0
	wait $pid || status=$?
	[ $status -gt 1 ] || fail "SIG$signal does not end the probe"
	wait_for 2 sh -c '! ip link show vmdoctor0' || fail "SIG$signal leaves the port of the probe"
	ok "SIG$signal: the port is gone"
done
