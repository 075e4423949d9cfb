# shellcheck shell=bash disable=SC2016
# SPDX-License-Identifier: GPL-2.0-or-later
# The audit before an upgrade, on a live host: by version, by release, by capabilities, by an emulator.
. "$VMDOCTOR_LAB/lib.sh"

define_web
define_good machine="$(newest_machine q35)"

first() # OPTION...: the first finding's rule about web, or "none"
{
	timeout 60 "$VMDOCTOR" audit "$@" web -F json -o /run/lab/report.json || [ $? = 1 ] || fail "audit $*"
	python3 - <<-'END'
		import json
		f = [f for f in json.load(open("/run/lab/report.json"))["findings"] if f["severity"] not in ("info", "advice")]
		print(f[0]["rule"], f[0]["severity"]) if f else print("none")
	END
}

is() { [ "$(first "${@:2}")" = "$1" ] || { cat /run/lab/report.json; return 1; }; }

check "QEMU 7.2 takes nothing away" is none --to qemu-7.2
check "QEMU 9.1 deprecates pc-q35-3.1" is "upgrade-machine warning" --to qemu-9.1
check "QEMU 10.1 removes it" is "upgrade-machine critical" --to qemu-10.1
check "RHEL 9 has other types" is "upgrade-emulator critical" --to rhel9.4

virsh capabilities >/run/lab/here.xml
check "this host's own capabilities offer it" is none --to /run/lab/here.xml
sed '/pc-q35-3\.1/d' /run/lab/here.xml >/run/lab/without.xml
check "capabilities without it" is "upgrade-machine critical" --to /run/lab/without.xml

check "this host's QEMU, asked itself" is none --to-emulator /usr/bin/qemu-system-x86_64
check "recorded and replayed" eval '"$VMDOCTOR" audit --to debian13 web --record /run/lab/tree >/run/lab/live.txt
	"$VMDOCTOR" audit --to debian13 web --from /run/lab/tree >/run/lab/replay.txt; cmp /run/lab/live.txt /run/lab/replay.txt'
