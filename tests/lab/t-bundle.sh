# shellcheck shell=bash disable=SC2016
# SPDX-License-Identifier: GPL-2.0-or-later
# A bundle of a live host replays to the byte and holds no secret; a real sosreport of it says the same.
. "$VMDOCTOR_LAB/lib.sh"
work=$(mktemp -d)
cd "$work" || exit 1

define_web extra="<graphics type='vnc' port='-1' passwd='Hunter2x'/>"
define_good extra="<graphics type='spice' autoport='yes'/>" || define_good
start_guest web
start_guest good

check "libvirt keeps the password" grep -q Hunter2x /etc/libvirt/qemu/web.xml
check "a bundle" eval 'timeout 100 "$VMDOCTOR" bundle -o b.tar.zst'
check "one of one domain" eval 'timeout 100 "$VMDOCTOR" bundle web -o web.tar.xz'
inside() # ARCHIVE FILE
{
	tar -xOf "$1" --wildcards "*/vmdoctor/$2"
}
replays() # ARCHIVE DOMAIN...
{
	timeout 60 "$VMDOCTOR" --from "$@" >text || [ $? = 1 ] || return
	timeout 60 "$VMDOCTOR" --from "$@" -F json >replayed || [ $? = 1 ] || return
	inside "$1" report.txt | cmp - text && inside "$1" report.json | cmp - replayed
}
check "it replays to the byte" replays b.tar.zst
check "so does that of one domain" replays web.tar.xz web
check "no password is in it" eval '! zstd -dc b.tar.zst | grep -a Hunter2x && ! xz -dc web.tar.xz | grep -a Hunter2x'
check "scrub-check agrees" "$VMDOCTOR" scrub-check b.tar.zst
check "scrub-check finds it in a naive archive" eval 'tar -cf naive.tar /etc/libvirt 2>/dev/null
	"$VMDOCTOR" scrub-check naive.tar >found; [ $? = 1 ] && grep -q "qemu/web.xml:[0-9]*: " found'
check "a recording has none, either" eval 'timeout 100 "$VMDOCTOR" --record rec >/dev/null; ! grep -r Hunter2x rec'
check "SIGINT leaves all or nothing" eval 'mkdir int; for t in 0.05 0.1 0.2 0.3 0.4 0.5 0.6 0.8; do
		(cd int && timeout -s INT $t "$VMDOCTOR" bundle -o x$t.tar.zst >/dev/null 2>&1)
		for f in $(ls -A int); do "$VMDOCTOR" scrub-check int/$f >/dev/null || exit 1; done
	done; [ -z "$(ls -A int | grep -v "^x.*zst")" ]'

command -v sos >/dev/null || { echo "SKIP: no sosreport"; exit 77; }
check "a sosreport" eval 'timeout 200 sos report --batch --quiet --tmp-dir "$work" \
	-o virsh,libvirt,networking,logs,kernel,date,host >sos.log 2>&1'
report=$(ls sosreport-*.tar.?z 2>/dev/null) || report=$(ls sosreport-*.tar*)
report=${report%%$'\n'*}

# Keys of findings whose cause a sosreport can show: it has the XML, not the guest or libvirt's API.
keys() # JSON
{
	python3 -c 'import json, sys
for f in json.load(open(sys.argv[1]))["findings"]: print(f["severity"], f["key"])' "$1" | sort
}
timeout 100 "$VMDOCTOR" -F json -o live.json --no-guest || [ $? = 1 ]
timeout 100 "$VMDOCTOR" --from "$report" -F json -o sos.json || [ $? = 1 ]
keys live.json >live.keys
keys sos.json >sos.keys
only() { comm "$1" live.keys sos.keys; }
echo "measured: live $(wc -l <live.keys) findings, sosreport $(wc -l <sos.keys), only live: $(only -23 | tr '\n' ';'), only sosreport: $(only -13 | tr '\n' ';')"
check "the sosreport gives no finding that the live host does not" eval '[ -z "$(only -13)" ]'
check "it knows both domains as running" eval 'python3 -c "import json
d = json.load(open(\"sos.json\"))[\"domains\"]
assert [(x[\"name\"], x[\"state\"]) for x in d] == [(\"good\", \"running\"), (\"web\", \"running\")], d"'
check "what the XML shows is found in both" eval 'only -12 | grep -q "web"'
check "unpacked, it says the same" eval 'tar -xf "$report" && timeout 100 "$VMDOCTOR" \
	--from "${report%.tar*}" -F json >unpacked.json; cmp unpacked.json sos.json'
