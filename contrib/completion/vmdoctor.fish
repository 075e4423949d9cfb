# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of vmdoctor for fish. What there is to offer, the program itself knows: vmdoctor --complete.

function __vmdoctor_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l program $words[1]
    set -l answer ($program --complete $words[2..-1] 2>/dev/null </dev/null)
    set -l current (commandline -ct)
    switch "$answer[1]"
        case ':file'
            set -l prefix (string match -r -- '^--[^=]*=' $current)
            __fish_complete_path (string replace -- "$prefix" '' $current) | string replace -r '^' -- "$prefix"
        case ':directory'
            __fish_complete_directories $current ''
        case '*'
            printf '%s\n' $answer
    end
end

complete -c vmdoctor -f -a '(__vmdoctor_complete)'
