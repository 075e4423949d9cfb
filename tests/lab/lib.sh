# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lib.sh - what the lab's scripts and tests share; tests source it as ". "$VMDOCTOR_LAB/lib.sh"".
#
# define_guest NAME [VAR=VALUE...]  make a guest from parameters; README.md lists them
# define_web, define_good [VAR=VALUE...]  the two standard guests
# start_guest NAME...               start them all, then wait until each says LAB READY
# stop_guest NAME...                pull the plug
# wait_agent NAME                   wait until the guest agent answers
# guest_exec NAME COMMAND...        run it in the guest, by the agent: its output and status
# wait_for SECONDS COMMAND...       until it succeeds, or the time is over
# guest_pid NAME                    the process id of its QEMU
# ok TEXT, fail TEXT, skip REASON   report, and for the last two end (1, 77)
# start_libvirtd, restart_libvirtd  until it answers again
# first_rule FILE [SEVERITY...]     of a JSON report: its first finding that is of none of these
# fault NAME RULE BREAK MEND [OPTION...]  break, expect NAME RULE OPTION... (the test's own), mend
# mends NAME RULE BREAK PROOF [OPTION...]  break, do what the first finding says, expect PROOF and quiet; a row
# mended_all                        fails unless each row of mends was mended and quiet
# check TEXT COMMAND...             ok when the command succeeds, else fail with its output

images=/var/lib/libvirt/images
boot=/var/lib/libvirt/boot
serial_dir=/var/log/libvirt/qemu
: "${VMDOCTOR_LAB_BOOT_SECONDS:=90}"

skip() { echo "SKIP: $*" >&2; exit 77; }
fail() { echo "FAIL: $*" >&2; exit 1; }
ok() { echo "ok: $*"; }

check() # TEXT COMMAND...
{
	local text=$1 output

	shift
	output=$("$@" 2>&1) || fail "$text: $* (status $?): $output"
	ok "$text"
}

need() # PROGRAM...: skip unless all are there
{
	local program

	for program; do
		type -P "$program" >/dev/null || skip "$program is not installed"
	done
}

wait_for() # SECONDS COMMAND...
{
	local end=$((SECONDS + $1))

	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

newest_machine() # TYPE: the versioned machine type that "q35" or "pc" means to this QEMU
{
	virsh domcapabilities --virttype qemu --machine "$1" |
		sed -n 's!.*<machine>\(.*\)</machine>.*!\1!p'
}

disk_xml() # NUMBER FILE: a disk of the guest that define_guest is at
{
	local letter attrs="name='qemu' type='$format'" prefix=sd

	letter=$(printf '%b' "\\$(printf %o $((97 + $1)))")
	case $bus in
	virtio) prefix=vd ;;
	ide) prefix=hd ;;
	esac
	[ -z "$cache" ] || attrs+=" cache='$cache'"
	[ -z "$io" ] || attrs+=" io='$io'"
	[ -z "$discard" ] || attrs+=" discard='$discard'"
	cat <<-END
		<disk type='file' device='disk'>
		  <driver $attrs/>
		  <source file='$2'/>
		  <target dev='$prefix$letter' bus='$bus'/>
		</disk>
	END
}

devices_xml() # NAME: the same
{
	disk_xml 0 "$images/$1.$format"
	[ "$swap" = no ] || disk_xml 1 "$images/$1-swap.$format"
	[ "$bus" != scsi ] || echo "<controller type='scsi' index='0' model='virtio-scsi'/>"
	# shellcheck disable=SC2016 # not quotes of the shell
	[ "$nic" = none ] || cat <<-END
		<interface type='network'>
		  ${mac:+<mac address='$mac'/>}
		  <source network='$network'/>
		  <model type='$nic'/>
		</interface>
	END
	[ "$agent" = no ] || cat <<-END
		<channel type='unix'>
		  <target type='virtio' name='org.qemu.guest_agent.0'/>
		</channel>
	END
	case $stats in
	none) echo "<memballoon model='none'/>" ;;
	0) echo "<memballoon model='virtio'/>" ;;
	*) echo "<memballoon model='virtio'><stats period='$stats'/></memballoon>" ;;
	esac
	[ "$rng" = no ] || cat <<-END
		<rng model='virtio'>
		  <backend model='random'>/dev/urandom</backend>
		</rng>
	END
	cat <<-END
		<serial type='pty'>
		  <log file='$serial_dir/$1-serial.log' append='off'/>
		</serial>
		<controller type='usb' model='none'/>
		$extra
	END
}

domain_xml() # NAME: the same
{
	cat <<-END
		<domain type='qemu'>
		  <name>$1</name>
		  ${uuid:+<uuid>$uuid</uuid>}
		  <metadata>
		    <libosinfo:libosinfo
		        xmlns:libosinfo="http://libosinfo.org/xmlns/libvirt/domain/1.0">
		      <libosinfo:os id="$os"/>
		    </libosinfo:libosinfo>
		  </metadata>
		  <memory unit='MiB'>$memory</memory>
		  <vcpu>$vcpus</vcpu>
		  <os>
		    <type arch='x86_64' machine='$machine'>hvm</type>
		    <kernel>$boot/vmlinuz</kernel>
		    <initrd>$boot/initrd.img</initrd>
		    <cmdline>$cmdline</cmdline>
		  </os>
		  <features><acpi/><apic/></features>
		  $cpu
		  <devices>
		    $(devices_xml "$1")
		  </devices>
		</domain>
	END
}

define_guest() # NAME [VAR=VALUE...]
{
	# The parameters: README.md explains each.
	local machine=q35 os=http://ubuntu.com/ubuntu/20.04 guest_os=ubuntu-20.04 \
		memory=256 vcpus=1 cpu="<cpu mode='maximum'/>" \
		bus=virtio format=qcow2 cache="" io="" discard="" size=64M swap=no \
		nic=virtio network=default mac="" uuid="" agent=yes stats=0 rng=yes \
		autostart=no args="" extra=""
	local name=$1 variable cmdline

	shift
	for variable; do
		[[ $variable =~ ^[a-z_]+= ]] && local -p "${variable%%=*}" >/dev/null 2>&1 ||
			fail "define_guest $name: no parameter ${variable%%=*}"
		local "$variable"
	done
	cmdline="console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on"
	cmdline+=" lab.name=$name lab.os=$guest_os lab.swap=$([ "$swap" = no ] && echo 0 || echo 1) $args"

	qemu-img create -q -f "$format" "$images/$name.$format" "$size" || fail "qemu-img"
	[ "$swap" = no ] ||
		qemu-img create -q -f "$format" "$images/$name-swap.$format" "$size" || fail "qemu-img"
	domain_xml "$name" >"/run/lab/$name.xml"
	virsh -q define "/run/lab/$name.xml" >/dev/null || fail "$name cannot be defined"
	[ "$autostart" = no ] || virsh -q autostart "$name" >/dev/null || fail "autostart $name"
}

# A guest upgraded in place from Ubuntu 18.04, that still has the machine type and libosinfo id
# of its first day, a write-through disk, and swap in use: the "IOWAIT after an upgrade" case.
define_web()
{
	define_guest web machine=pc-q35-3.1 os=http://ubuntu.com/ubuntu/18.04 \
		guest_os=ubuntu-20.04 cache=writethrough swap=yes stats=2 "$@"
}

# A guest that nothing is wrong with, as far as emulation allows.
define_good()
{
	define_guest good machine="$(newest_machine q35)" cache=none io=native discard=unmap \
		stats=2 autostart=yes "$@"
}

serial_log() { echo "$serial_dir/$1-serial.log"; }

start_guest() # NAME...
{
	local name begin=$SECONDS

	for name; do
		rm -f "$(serial_log "$name")"
		virsh -q start "$name" >/dev/null || fail "$name does not start"
	done
	for name; do
		wait_for $((begin + VMDOCTOR_LAB_BOOT_SECONDS - SECONDS)) \
			grep -q "LAB READY" "$(serial_log "$name")" || {
			tail -n 20 "$(serial_log "$name")" >&2
			fail "$name is not ready after $VMDOCTOR_LAB_BOOT_SECONDS s"
		}
		echo "# $name: $(grep -a -o 'LAB READY.*' "$(serial_log "$name")" | tr -d '\r')," \
			"$((SECONDS - begin)) s"
	done
}

stop_guest() # NAME...
{
	local name

	for name; do
		timeout 20 virsh -q destroy "$name" >/dev/null || fail "$name cannot be stopped"
	done
}

agent() # NAME JSON
{
	timeout 10 virsh -q qemu-agent-command --timeout 5 "$1" "$2"
}

wait_agent() # NAME
{
	wait_for 30 agent "$1" '{"execute":"guest-ping"}' || fail "$1: the agent does not answer"
}

start_libvirtd()
{
	libvirtd -d || fail "libvirtd does not start"
	wait_for 60 timeout 10 virsh -q list || fail "libvirtd does not come back: $(tail -n 3 /var/log/libvirt/libvirtd.log 2>/dev/null)"
}

restart_libvirtd() # puts its rules back, and starts a dnsmasq that is missing
{
	local pid

	pid=$(cat /run/libvirtd.pid)
	kill "$pid"
	# Its socket is silent long before it ends, and what still ends takes the next one's socket and lock along.
	wait_for 60 eval "! [ -e /proc/$pid ]" || fail "libvirtd does not end"
	rm -f /run/libvirtd.pid
	start_libvirtd
}

first_rule() # FILE [SEVERITY...]: a rule's id or "none"
{
	python3 - "$@" <<-'END'
		import json, sys
		f = [f for f in json.load(open(sys.argv[1]))["findings"] if f["severity"] not in sys.argv[2:]]
		print(f[0]["rule"] if f else "none")
	END
}

fault() # NAME RULE BREAK MEND [OPTION...]
{
	local name=$1 rule=$2 break=$3 mend=$4

	shift 4
	eval "$break" || fail "$name: cannot be made"
	expect "$name" "$rule" "$@"
	eval "$mend" || fail "$name: cannot be mended"
}

first_act() # FILE: the first finding's rule, and of its first advice that acts: effect, place, command, each a line
{
	python3 - "$1" <<-'END'
		import json, sys
		found = json.load(open(sys.argv[1]))["findings"]
		acts = [x for x in found[0]["fix"] if x["does"] == "act" and x["command"]] if found else []
		act = acts[0] if acts else {"effect": "-", "on": "-", "command": ""}
		if act.get("fill_in"):
		    act["command"] = ""
		print(found[0]["rule"] if found else "none", act["effect"], act["on"], act["command"], sep="\n")
	END
}

finds() # FILE RULE: has a finding of RULE
{
	python3 -c 'import json, sys; sys.exit(not any(f["rule"] == sys.argv[2] for f in json.load(open(sys.argv[1]))["findings"]))' "$@"
}

follow() # EFFECT COMMAND: as who reads the report would
{
	timeout 60 sh -c "$2" </dev/null || return
	if [ "$1" = next-start ] && virsh -q domstate "$patient" | grep -Eq 'running|paused'; then
		timeout 20 virsh -q destroy "$patient" && timeout 30 virsh -q start "$patient"
	fi
}

rows=/run/lab/rows patient=good

untreated() # NAME PLACE [OPTION...]: what happened, for who reads a failed test
{
	echo "# $1: of the first finding's advice, where it runs: $2"
	head -n 20 /run/lab/broken /run/lab/did /run/lab/proof
	timeout 60 "$VMDOCTOR" "$patient" "${@:3}" | head -n 45
}

mends() # NAME RULE BREAK PROOF [OPTION...]: about the domain $patient
{
	local name=$1 rule=$2 break=$3 proof=$4 got effect place command mended=no quiet=no report=/run/lab/report.json

	shift 4
	[[ $name =~ ^(${VMDOCTOR_LAB_FAULTS:-.*})$ ]] || return 0
	: | tee /run/lab/did /run/lab/proof
	(eval "$break") >/run/lab/broken 2>&1 || fail "$name: cannot be made: $(cat /run/lab/broken)"
	timeout 60 "$VMDOCTOR" "$patient" -F json -o $report "$@"
	{ read -r got; read -r effect; read -r place; IFS= read -r -d '' command; } < <(first_act $report)
	command=${command%$'\n'}
	if [ "$got" = "$rule" ] && [ "$place" = host ] && [ -n "$command" ]; then
		follow "$effect" "$command" >/run/lab/did 2>&1
		eval "$proof" >/run/lab/proof 2>&1 && mended=yes
		timeout 60 "$VMDOCTOR" "$patient" -F json -o $report.after
		finds $report.after "$rule" || quiet=yes
	fi
	printf '%-4s %-4s %-22s %-24s %s\n' $mended $quiet "$name" "$got" "$command" | tee -a $rows
	[ $mended$quiet = yesyes ] || untreated "$name" "$place" "$@"
}

mended_all()
{
	local bad

	bad=$(grep -vc '^yes  yes' $rows)
	[ "$bad" = 0 ] || fail "$bad of $(wc -l <$rows) faults are not mended, or not quiet afterwards"
	ok "$(wc -l <$rows) faults are mended by the first advice, and quiet afterwards"
}

guest_pid() { cat "/run/libvirt/qemu/$1.pid"; }

json_word() # KEY: its number or plain string, from stdin
{
	sed -n "s/.*\"$1\":\"\\{0,1\\}\\([^,\"}]*\\).*/\\1/p"
}

guest_exec() # NAME COMMAND [ARGUMENT...]: arguments without quotes or backslashes
{
	local name=$1 path=$2 list="" argument id reply end=$((SECONDS + 30))

	shift 2
	for argument; do
		list+="${list:+,}\"$argument\""
	done
	id=$(agent "$name" "{\"execute\":\"guest-exec\",\"arguments\":{\"path\":\"$path\",
		\"arg\":[$list],\"capture-output\":true}}" | json_word pid)
	[ -n "$id" ] || return 126
	while [ $SECONDS -lt $end ]; do
		reply=$(agent "$name" "{\"execute\":\"guest-exec-status\",\"arguments\":{\"pid\":$id}}")
		case $reply in
		*'"exited":true'*)
			json_word out-data <<<"$reply" | base64 -d
			json_word err-data <<<"$reply" | base64 -d >&2
			return "$(json_word exitcode <<<"$reply")"
			;;
		esac
		sleep 0.2
	done
	return 124
}
