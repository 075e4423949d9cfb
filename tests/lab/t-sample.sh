#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Slow guests, measured: a CPU burner, a quota, an I/O limit, swap, a disk that is not virtio; figures side by
# side with what the kernel and virsh say; a stopped QEMU, a stopped agent; and an idle guest without a finding.

# lab: alone
# shellcheck source=lib.sh
. "$VMDOCTOR_LAB/lib.sh"
need taskset python3

define_good
define_guest busy memory=128 cache=none
define_guest swap memory=128 swap=yes size=512M stats=1 cache=none
define_guest ide memory=128 machine="$(newest_machine pc)" bus=ide
start_guest good busy swap ide
for name in good busy swap ide; do
	wait_agent $name
done
begun=$SECONDS
work=$(mktemp -d)
cd "$work" || exit 1

json() { # EXPRESSION FILE [VALUE...]: of d, the report; exit status 0 when true
	python3 - "$@" <<-'END'
		import json, sys
		d = json.load(open(sys.argv[2]))
		rules = [f['rule'] for f in d['findings'] if f['domain']]
		# whoever else uses this machine takes CPU from the lab
		but_cpu = [r for r in rules if r != 'performance-cpu-contention']
		a = sys.argv[3:]
		def sample(name): return [x for x in d['domains'] if x['name'] == name][0]['sample']
		value = eval(sys.argv[1])
		print(value, rules, [(f['rule'], f['severity'], f['message']) for f in d['findings']][:4])
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

# In the first minute a guest boots: nothing is said of it.
sample 2 busy
check "nothing is said of a domain's first minute" json 'not [r for r in rules if r.startswith("performance")] and sample("busy")["age_s"] < 60' out.json

in_guest swap 'mkdir -p /t; mount -t tmpfs -o size=400m t /t; dd if=/dev/zero of=/t/f bs=1M count=150; while :; do cat /t/f; done'
while [ $((SECONDS - begun)) -lt 62 ]; do
	sleep 1
done

# Figures: a fixed piece of work in the middle of a sample, while the guest is idle before and after.
before=$(schedstat good | cut -d ' ' -f 1)
blocks=$(virsh domblkstat good vda | awk '$2 == "rd_req" { print $3 }')
"$VMDOCTOR" sample --sample 8 good -F json --record rec >figures.json &
sleep 2
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

# Idle: no finding. The host may be busy with other things than this lab, so for CPU and disk only.
sample 3 good
check "an idle guest: nothing of warning or above" json 'not [f for f in d["findings"] if f["domain"] and f["rule"] in but_cpu and f["severity"] in ("warning", "error", "critical")]' out.json

# Swap: the first to look at.
sample 8 swap
check "swap: measured, and first" json 'but_cpu[0] == "performance-guest-swap"' out.json
"$VMDOCTOR" sample --sample 4 --guest-files swap -F json --facts swap.xml >files.json
check "files of the guest: its own iowait and swap rates" grep -qE '<guest [^>]*iowait-percent="[0-9.]+"[^>]* swap-out-pages-per-s="[1-9]' swap.xml
check "files of the guest: clock source, memory" grep -qE '<guest-system [^>]*memory-total-kib="[0-9]+"[^>]* clocksource="' swap.xml
check "the guest's clock was compared" grep -qE '<guest-time [^>]*offset-ms="-?[0-9]+"' swap.xml
virsh destroy swap >/dev/null

# A process burns the CPU that the vCPU is pinned to.
in_guest busy 'yes'
virsh vcpupin busy 0 1 --live >/dev/null
taskset -c 1 sh -c 'while :; do :; done' &
burner=$!
sleep 1
sample 3 busy
check "burner: contention, first" json 'rules[0] == "performance-cpu-contention"' out.json
check "burner: it is named" json 'any(c["pid"] == int(a[0]) for c in d["host"]["sample"]["consumer"]) and a[0] in d["findings"][0]["message"]' out.json $burner
kill $burner
virsh vcpupin busy 0 0-1 --live >/dev/null

# Its own quota, no neighbour.
if virsh schedinfo busy --live --set vcpu_quota=20000 --set vcpu_period=100000 >/dev/null 2>&1; then
	sample 3 busy
	check "quota: throttled, first" json 'but_cpu[0] == "performance-cpu-quota"' out.json
	virsh schedinfo busy --live --set vcpu_quota=-1 >/dev/null
else
	echo "SKIP: the quota: no cpu controller here" >&2
fi
guest_exec busy /bin/killall yes

# A limit on I/O.
virsh blkdeviotune busy vda --total-iops-sec 20 --live >/dev/null
in_guest busy 'while :; do dd if=/dev/vda of=/dev/null bs=4k count=1000 iflag=direct; done'
sleep 1
sample 3 busy
check "limit: the guest is at it" json '"disk-throttled" in rules and "just now" in [f for f in d["findings"] if f["rule"] == "disk-throttled"][0]["message"]' out.json

# A disk that is not virtio, under load.
in_guest ide 'while :; do dd if=/dev/sda of=/dev/null bs=4k count=10000 iflag=direct; done'
sleep 1
sample 3 ide
check "ide: in use, so more than a smell" json '[f for f in d["findings"] if f["rule"] == "virtio-disk-bus"][0]["severity"] == "warning"' out.json

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

# A stopped agent costs its deadline; a stopped QEMU does not keep the others from being measured.
guest_exec ide /bin/killall -STOP qemu-ga &
sleep 2
pid=$(guest_pid busy)
kill -STOP "$pid"
begin=$SECONDS
sample 3 good busy ide
took=$((SECONDS - begin))
kill -CONT "$pid"
check "both cost no more than their deadlines ($took s)" [ $took -le 35 ]
check "the others were measured" json 'sample("good")["vcpu"] and sample("ide")["disk"] and 2500 < sample("good")["window_ms"] < 9000' out.json
check "the stopped one has no figures that are wrong" json 'sample("busy")["counters_error"] == "ETIMEDOUT"' out.json
"$VMDOCTOR" ide -F json >agent.json
check "the stopped agent is a finding" json '"guest-agent-silent" in rules' agent.json
check "top ends after so many tables" eval '[ "$("$VMDOCTOR" top -b -n 2 --sample 1 --no-guest good | grep -c ^HOST)" = 2 ]'
