# SPDX-License-Identifier: GPL-2.0-or-later
"""casetree - a rule's case as a directory, for tests that change it or lay one over another"""
import pathlib
import re
import urllib.parse

CASES = pathlib.Path(__file__).resolve().parent.parent / 'rules/cases'
MANIFEST = 'vmdoctor/manifest.tsv'


def put(tree, path, content):
    """a file; what a manifest says is added to what is known"""
    file = tree / path
    file.parent.mkdir(parents=True, exist_ok=True)
    with open(file, 'ab' if path == MANIFEST else 'wb') as f:
        f.write(content)


def lay(case, tree, host=False):
    """the files of @case and of what it lies over, below @tree; @host: of the healthy host, too"""
    parts = re.split(rb'^-- *(\S.*?) --\n', case.read_bytes(), flags=re.MULTILINE)
    words = re.search(rb'^base: *(.*)$', parts[0], flags=re.MULTILINE)
    bases = [f'base-{w}' for w in words.group(1).decode().split()] if words else []
    for base in [CASES / name for name in ['base'] * host + bases]:
        for file in sorted(f for f in base.rglob('*') if f.is_file()):
            put(tree, str(file.relative_to(base)), file.read_bytes())
    for path, content in zip(parts[1::2], parts[2::2]):
        name = path.decode()
        if name.endswith(' (escaped)'):
            content = urllib.parse.unquote_to_bytes(content.replace(b'\n', b''))
        put(tree, name.removesuffix(' (escaped)'), content)
    return tree
