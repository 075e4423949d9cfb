# SPDX-License-Identifier: GPL-2.0-or-later
"""Plug-in of sos (4.0 and later) that takes vmdoctor's report along.

Goes to sos/report/plugins/ of the installed sos, e.g. /usr/lib/python3/dist-packages/sos/report/plugins/vmdoctor.py;
then "sos report -o vmdoctor,libvirt" or any sos report has sos_commands/vmdoctor/. What vmdoctor hides in its
reports (passwords, keys, tokens) is hidden there, too; names and addresses are left to "sos clean".
"""
import os

from sos.report.plugins import DebianPlugin, Plugin, RedHatPlugin, SuSEPlugin, UbuntuPlugin


# Not IndependentPlugin: the Debian of sos 4.0 does not load those.
class Vmdoctor(Plugin, RedHatPlugin, DebianPlugin, UbuntuPlugin, SuSEPlugin):

    short_desc = 'Diagnosis of libvirt domains and their host'

    plugin_name = 'vmdoctor'
    profiles = ('virt',)
    commands = ('vmdoctor',)

    def setup(self):
        # One look at the host for both formats: JSON beside the text that is this command's output.
        where = self.get_cmd_output_path(make=False)
        os.makedirs(where, exist_ok=True)
        self.add_cmd_output(
            'vmdoctor check --no-pager --color never --verbose --timeout 120 '
            '--format json --output %s --format text' % os.path.join(where, 'report.json'),
            suggest_filename='report.txt', timeout=180)
        self.add_cmd_output('vmdoctor --version', suggest_filename='version.txt')
        self.add_copy_spec([
            '/etc/default/vmdoctor',
            '/etc/vmdoctor/rules.d',
            '/var/lib/vmdoctor/last.json',
        ])
