#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Permission denied, for real: each link is broken by itself, libvirt refuses the start, the first finding
# names the link; it is mended, the domain starts, and nothing is found.

# shellcheck source=lib.sh
. "$VMDOCTOR_LAB/lib.sh"

need python3 qemu-img
define_good
work=$(mktemp -d)
cd "$work" || exit 1
virsh dumpxml --inactive good >good.xml
img=$images/good.qcow2

first() { # RULE WORD: the first finding is RULE's, critical, and its message has WORD
	python3 - "$1" "$2" <<-'END'
		import json, sys
		f = json.load(open('report.json'))['findings']
		sys.exit(not f or f[0]['rule'] != sys.argv[1] or f[0]['severity'] != 'critical' or sys.argv[2] not in f[0]['message'])
	END
}

no_access() { # no finding of these rules
	python3 - <<-'END'
		import json, sys
		f = [x for x in json.load(open('report.json'))['findings'] if x['rule'].startswith('access-')]
		sys.exit('; '.join(x['message'] for x in f) or 0)
	END
}

look() { # [OPTION...]: report.json
	"$VMDOCTOR" good -F json "$@" >report.json
	[ $? -le 1 ] || fail "vmdoctor: $(cat report.json)"
}

refused() { # TEXT RULE WORD: libvirt refuses, and the first finding says why, with and without the message
	rm -rf tree
	virsh start good >said 2>&1 && fail "$1: the domain starts"
	grep -qE 'Permission denied|No such file' said || fail "$1: another failure: $(cat said)"
	look --record tree
	check "$1: the first finding names it" first "$2" "$3"
	"$VMDOCTOR" --from tree good -F json >replay.json
	check "$1: the recording gives the same" cmp report.json replay.json
	look --from tree --error-file said
	check "$1: with libvirt's message, too" first "$2" "$3"
	mv replay.json report.json
}

starts() { # TEXT
	virsh start good >said 2>&1 || fail "$1: it does not start: $(cat said)"
	look
	check "$1: it runs, and nothing is found" no_access
	virsh destroy good >/dev/null
}

fix() { # run the first command that the first finding gives
	python3 - >fix.sh <<-'END'
		import json
		f = json.load(open('report.json'))['findings'][0]
		print([x['command'] for x in f['fix'] if x.get('command')][0])
	END
	echo "fix: $(cat fix.sh)"
	bash fix.sh || fail "the fix fails"
}

allow_search() { # UID DIRECTORY: setfacl -m u:UID:x, also where that is not installed
	python3 - "$1" "$2" <<-'END'
		import os, struct, sys
		nobody = 0xffffffff
		entries = [(1, 7, nobody), (2, 1, int(sys.argv[1])), (4, 0, nobody), (16, 1, nobody), (32, 0, nobody)]
		acl = struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *e) for e in entries)
		os.setxattr(sys.argv[2], 'system.posix_acl_access', acl)
	END
}

redefine() { # SED-SCRIPT: good, changed
	sed "$1" good.xml >new.xml
	check "redefine" virsh define new.xml
}

starts "healthy"
look
check "healthy, and off" no_access

# A home directory, as people have them; then the domain's user may pass, and no more than that.
mkdir -p $images/home/admin
cp $img $images/home/admin/good.qcow2
chown -R 1000:1000 $images/home/admin
chmod 0700 $images/home/admin
redefine "s!$img!$images/home/admin/good.qcow2!"
refused "closed directory" access-parent-search "$images/home/admin (mode 0700"
allow_search "$(id -u libvirt-qemu)" $images/home/admin || skip "no ACLs on this file system"
starts "closed directory with an ACL"
python3 -c 'import os, sys; os.removexattr(sys.argv[1], "system.posix_acl_access")' $images/home/admin
chmod 0700 $images/home/admin

# The same directory, behind a link and below an overlay.
ln -s home/admin $images/pool
redefine "s!$img!$images/pool/good.qcow2!"
refused "behind a link" access-parent-search "$images/home/admin (mode 0700"
rm $images/pool
qemu-img create -q -f qcow2 -F qcow2 -b $images/home/admin/good.qcow2 $images/overlay.qcow2
redefine "s!$img!$images/overlay.qcow2!"
refused "backing file" access-parent-search "$images/home/admin (mode 0700"
chmod 0711 $images/home/admin
starts "backing file"

# libvirt changes the owner, but never the mode.
redefine ''
chmod 0400 $img
refused "mode 0400" access-leaf-mode "mode 0400"
fix
starts "mode 0400"

# Somebody else's file, which libvirt must leave alone.
redefine "s!\(<source file='$img'\)/>!\1><seclabel model='dac' relabel='no'/></source>!"
chown 0:0 $img
chmod 0600 $img
refused "relabel='no'" access-leaf-mode "mode 0600, uid 0"
chmod 0666 $img
starts "relabel='no', open to all"

# The kernel: its mode counts after the change of owner; gone.
redefine ''
chmod 0400 $boot/vmlinuz
starts "kernel of root's own"
chmod 0000 $boot/vmlinuz
refused "kernel of mode 0000" access-leaf-mode "$boot/vmlinuz"
mv $boot/vmlinuz $boot/away
refused "kernel gone" access-missing "$boot/vmlinuz"
mv $boot/away $boot/vmlinuz
chmod 0644 $boot/vmlinuz
starts "kernel"

# A directory that QEMU itself shares with the guest.
mkdir -m 0700 /run/shared
redefine "s!</devices>!<filesystem type='mount'><source dir='/run/shared'/><target dir='t'/></filesystem></devices>!"
refused "shared directory" access-leaf-mode "/run/shared"
chmod 0755 /run/shared
starts "shared directory"

# QEMU as another user than the host's default.
redefine "s!</domain>!<seclabel type='static' model='dac' relabel='yes'><label>+1000:+1000</label></seclabel></domain>!"
mkdir -m 0700 $images/own
chown 1000:1000 $images/own
mv $img $images/own/good.qcow2
sed -i "s!$img!$images/own/good.qcow2!" new.xml
virsh define new.xml >/dev/null
starts "the domain's own user"
sed "s!$img!$images/own/good.qcow2!" good.xml >new.xml
virsh define new.xml >/dev/null
refused "the host's user" access-parent-search "$images/own"
