#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Slow guests, measured: a CPU burner, a quota, an I/O limit, slow storage below and over the network, swap, a disk
# that is not virtio; figures side by side with what the kernel and virsh say; a stopped QEMU, a stopped agent; and
# an idle guest without a finding.  What needs no domain older than a minute comes first, so nobody waits for it.

# lab: alone
# shellcheck source=lib.sh
. "$VMDOCTOR_LAB/lib.sh"
need taskset python3
work=$(mktemp -d)
chmod 755 "$work"
cd "$work" || exit 1

# Storage that takes 60 ms for a request: a server of network disks, and a block device over a file of its kind.
far="" near="" loop=""
serve() { # SOCKET
	nbdkit --exit-with-parent -U "$1" --filter=delay memory 32M rdelay=60ms wdelay=60ms 2>/dev/null &
	wait_for 5 [ -S "$1" ] && chmod 777 "$1"
}
if type -P nbdkit >/dev/null && serve /run/lab/far.sock; then
	far="<disk type='network' device='disk'><driver name='qemu' type='raw'/><source protocol='nbd'>
	  <host transport='unix' socket='/run/lab/far.sock'/></source><target dev='vdc' bus='virtio'/></disk>"
else
	echo "SKIP: the slow disk over the network: nbdkit is not installed" >&2
fi
if [ -n "$far" ] && type -P nbdfuse >/dev/null && serve "$work/near.sock" && mkdir mnt; then
	nbdfuse mnt/disk --unix "$work/near.sock" 2>/dev/null &
	wait_for 5 [ -e mnt/disk ] && loop=$(losetup --find --show --direct-io=on mnt/disk 2>/dev/null)
fi
if [ -n "$loop" ]; then
	near="<disk type='block' device='disk'><driver name='qemu' type='raw' cache='none'/><source dev='$loop'/>
	  <target dev='vdb' bus='virtio'/></disk>"
else
	echo "SKIP: the slow disk of the host: no nbdfuse, FUSE or loop device here" >&2
fi

define_good
define_guest busy memory=128 cache=none
define_guest swap memory=128 swap=yes size=512M stats=1 cache=none
define_guest ide memory=128 machine="$(newest_machine pc)" bus=ide
define_guest slow memory=128 cache=none extra="$near$far"
guests=(good busy swap ide slow)
start_guest "${guests[@]}"
[ -z "$loop" ] || losetup -d "$loop" # at its last use, which is the guest's
for name in "${guests[@]}"; do
	wait_agent "$name"
done

json() { # EXPRESSION FILE [VALUE...]: of d, the report; exit status 0 when true
	python3 - "$@" <<-'END'
		import json, sys
		d = json.load(open(sys.argv[2]))
		a = sys.argv[3:]
		def found(name): return [f for f in d['findings'] if f['domain'] == name]
		def rules(name): return [f['rule'] for f in found(name)]
		# whoever else uses this machine takes CPU from the lab
		def but_cpu(name): return [r for r in rules(name) if r != 'performance-cpu-contention']
		def sample(name): return [x for x in d['domains'] if x['name'] == name][0]['sample']
		value = eval(sys.argv[1])
		print(value, [(f['domain'], f['rule'], f['severity'], f['message']) for f in d['findings']])
		sys.exit(not value)
	END
}

# What a vCPU has run and waited so far, in ns, by the kernel.
schedstat() {
	local tid

	for tid in "/proc/$(guest_pid "$1")/task/"*; do
		grep -q '^CPU 0/' "$tid/comm" && cat "$tid/schedstat"
	done
}

sample() { # SECONDS NAME...: into out.json
	local seconds=$1

	shift
	"$VMDOCTOR" sample --sample "$seconds" "$@" -F json >out.json
	[ $? -le 1 ] || fail "sample $*: $(cat out.json)"
}

in_guest() { # NAME COMMAND: in the background
	guest_exec "$1" /bin/sh -c "($2) </dev/null >/dev/null 2>&1 &"
}

# In the first minute a guest boots: it is measured, not judged, and that is said.
sample 1 busy
check "a domain's first minute is measured, not judged" json '[r for r in rules("busy") if r.startswith("performance")] == ["performance-early"] and sample("busy")["age_s"] < 60' out.json

# Figures: a fixed piece of work in the middle of a sample, while the guest is idle before and after.
before=$(schedstat good | cut -d ' ' -f 1)
blocks=$(virsh domblkstat good vda | awk '$2 == "rd_req" { print $3 }')
"$VMDOCTOR" sample --sample 14 good -F json --record rec >figures.json &
sleep 6 # libvirtd may take seconds for its first answers, before the sample begins
guest_exec good /bin/sh -c 'timeout 3 sh -c "while :; do :; done"' >/dev/null 2>&1 ||
	in_guest good 'timeout 3 yes'
in_guest good 'dd if=/dev/vda of=/dev/null bs=4k count=1000 iflag=direct'
wait $!
after=$(schedstat good | cut -d ' ' -f 1)
blocks=$(($(virsh domblkstat good vda | awk '$2 == "rd_req" { print $3 }') - blocks))
check "vCPU time is that of schedstat, within 2 %" json \
	'abs((int(a[1]) - int(a[0])) / 1e6 - (ms := sample("good")["vcpu"][0]["run_percent"] * sample("good")["window_ms"] / 100)) < 0.02 * ms + 40' \
	figures.json "$before" "$after"
check "requests are those of virsh domblkstat ($blocks)" json 'abs(sample("good")["disk"][0]["requests"] - int(a[0])) <= 0.02 * int(a[0])' figures.json "$blocks"
check "vCPU time and delay are those of virsh domstats, within 2 %" python3 - <<'END'
import json
ticks = [json.load(open(f'rec/vmdoctor/tick/{n}/vmdoctor/libvirt/sample/good.json')) for n in (1, 2)]
d = json.load(open('figures.json'))
s = [x for x in d['domains'] if x['name'] == 'good'][0]['sample']['vcpu'][0]
window = ticks[1]['taken-ns'] - ticks[0]['taken-ns']
for ours, theirs in ((s['run_percent'] * 10, 'vcpu.0.time'), (s['delay_ms_per_s'], 'vcpu.0.delay')):
    ms = (ticks[1][theirs] - ticks[0][theirs]) * 1000 / window
    print(theirs, ours, ms)
    assert abs(ours - ms) <= 0.02 * ms + 3, (theirs, ours, ms)
END
"$VMDOCTOR" --from rec good -F json >replay.json
"$VMDOCTOR" --from rec good -F json >again.json
check "a recording has the sample" json 'sample("good")["vcpu"]' replay.json
check "and replays to the same bytes" cmp replay.json again.json

# SIGINT ends a sample early, with what was measured.
python3 - "$VMDOCTOR" <<'END' || fail "SIGINT"
import json, signal, subprocess, sys, time
t = time.monotonic()
p = subprocess.Popen([sys.argv[1], 'sample', '--sample', '50', 'good', '-F', 'json'], stdout=subprocess.PIPE)
time.sleep(3)
p.send_signal(signal.SIGINT)
d = json.loads(p.communicate()[0])
window = d['domains'][0]['sample']['window_ms']
assert p.returncode == 130 and time.monotonic() - t < 20 and 200 < window < 15000, (p.returncode, window)
END
ok "SIGINT ends it early, and the report is there"
check "top ends after so many tables" eval '[ "$("$VMDOCTOR" top -b -n 2 --sample 1 --no-guest good | grep -c ^HOST)" = 2 ]'

# A QEMU that stops between the readings does not keep the others from being measured.
in_guest ide 'while :; do dd if=/dev/sda of=/dev/null bs=4k count=10000 iflag=direct; done'
pid=$(guest_pid busy)
begin=$SECONDS
"$VMDOCTOR" sample --sample 4 --no-guest busy good ide -F json >stopped.json &
sleep 3.5
kill -STOP "$pid"
wait $!
took=$((SECONDS - begin))
kill -CONT "$pid"
check "a stopped QEMU costs no more than deadlines ($took s)" [ $took -le 25 ]
check "the others were measured" json '[x for x in sample("ide")["disk"] if x.get("requests", 0) > 0] and "disk" in sample("good")' stopped.json
check "the stopped one has no figures that are wrong" json 'not [x for x in sample("busy").get("disk", []) if x.get("requests", 0) > 0]' stopped.json

# Faults that can be had at once, on different guests.
in_guest swap 'mkdir -p /t; mount -t tmpfs -o size=400m t /t; dd if=/dev/zero of=/t/f bs=1M count=150; while :; do cat /t/f; done'
virsh blkdeviotune slow vda --total-iops-sec 20 --live >/dev/null
for disk in vda ${near:+vdb} ${far:+vdc}; do
	in_guest slow "while :; do dd if=/dev/$disk of=/dev/null bs=4k count=1000 iflag=direct; done"
done
wait_for 60 eval '[ "$(ps -o etimes= -p "$(guest_pid slow)")" -gt 61 ]'
"$VMDOCTOR" sample --sample 5 --guest-files swap -F json --facts swap.xml >files.json &
files=$!
sample 6 good swap ide slow
wait $files
# The host may be busy with other things than this lab, so for CPU and disk only.
check "an idle guest: nothing of warning or above" json 'not [f for f in found("good") if f["rule"] in but_cpu("good") and f["severity"] in ("warning", "error", "critical")]' out.json
check "swap: measured, and first" json 'but_cpu("swap")[0] == "performance-guest-swap"' out.json
check "ide: in use, so more than a smell" json '[f for f in found("ide") if f["rule"] == "virtio-disk-bus"][0]["severity"] == "warning"' out.json
check "limit: the guest is at it" json '"just now" in [f for f in found("slow") if f["rule"] == "disk-throttled" and f["subject"] == "vda"][0]["message"]' out.json
check "limit: that is why requests take long" json 'not [f for f in found("slow") if f["rule"] == "performance-disk-latency" and f["subject"] == "vda" and not f["explained_by"]]' out.json
slow_disk() { # DISK WORDS: it is found, for this reason, and no limit explains it
	json '[f for f in found("slow") if f["rule"] == "performance-disk-latency" and f["subject"] == a[0] and a[1] in f["message"] and "throttled" not in (f["explained_by"] or "")]' out.json "$@"
}
[ -z "$near" ] || check "slow disk of the host: named, no limit" slow_disk vdb "on ${loop#/dev/} of the host"
[ -z "$far" ] || check "slow disk over the network: no disk of the host" slow_disk vdc "on the network (nbd)"
check "files of the guest: its own iowait and swap rates" grep -qE '<guest [^>]*iowait-percent="[0-9.]+"[^>]* swap-out-pages-per-s="[1-9]' swap.xml
check "files of the guest: clock source, memory" grep -qE '<guest-system [^>]*memory-total-kib="[0-9]+"[^>]* clocksource="' swap.xml
check "the guest's clock was compared" grep -qE '<guest-time [^>]*offset-ms="-?[0-9]+"' swap.xml
virsh destroy swap >/dev/null

# A stopped agent costs its deadline, and is a finding: looked at while others are measured.
guest_exec slow /bin/killall -STOP qemu-ga &
sleep 1
begin=$EPOCHSECONDS
{
	"$VMDOCTOR" slow -F json >agent.json
	echo $((EPOCHSECONDS - begin)) >agent.seconds
} &
agent=$!

# A process burns the CPU that a vCPU is pinned to; another guest has its own quota, and no neighbour to blame.
in_guest busy 'yes'
in_guest ide 'yes'
virsh vcpupin busy 0 1 --live >/dev/null
virsh vcpupin ide 0 0 --live >/dev/null
quota=yes
virsh schedinfo ide --live --set vcpu_quota=20000 --set vcpu_period=100000 >/dev/null 2>&1 || quota=""
taskset -c 1 sh -c 'while :; do :; done' &
burner=$!
sleep 1
sample 3 busy ide
kill $burner
check "burner: contention, first" json 'rules("busy")[0] == "performance-cpu-contention"' out.json
check "burner: it is named" json 'any(c["pid"] == int(a[0]) for c in d["host"]["sample"]["consumer"]) and a[0] in found("busy")[0]["message"]' out.json $burner
if [ -n "$quota" ]; then
	check "quota: throttled, first" json 'but_cpu("ide")[0] == "performance-cpu-quota"' out.json
else
	echo "SKIP: the quota: no cpu controller here" >&2
fi

wait $agent
check "a stopped agent costs its deadline ($(cat agent.seconds) s)" [ "$(cat agent.seconds)" -le 15 ]
check "the stopped agent is a finding" json '"guest-agent-silent" in rules("slow")' agent.json
