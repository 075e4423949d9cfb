# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of vmdoctor for bash. What there is to offer, the program itself knows: vmdoctor --complete.
# Works with bash alone; with the package bash-completion it is loaded when it is first needed.

_vmdoctor() {
	local line words quoted='' i

	COMPREPLY=()
	words=()
	for ((i = 1; i <= COMP_CWORD; i++)); do
		words+=("${COMP_WORDS[i]//\\/}") # as typed: without the backslashes before spaces
	done
	case ${words[-1]} in
	[\"\']*) quoted=${words[-1]:0:1} words[-1]=${words[-1]:1} ;;
	esac
	while IFS= read -r line; do
		case $line in
		:file) _vmdoctor_files "${words[-1]}" -f; return ;;
		:directory) _vmdoctor_files "${words[-1]}" -d; return ;;
		esac
		line=${line%%$'\t'*}
		# Bash cuts words at equals signs: only what is behind the last one is replaced.
		[[ $line == --*=?* && $COMP_WORDBREAKS == *=* ]] && line=${line#*=}
		[[ $line == *= ]] && compopt -o nospace 2>/dev/null
		[ -n "$quoted" ] || [[ $line == --*= ]] || printf -v line %q "$line"
		COMPREPLY+=("$line")
	done < <("${COMP_WORDS[0]/#\~/$HOME}" --complete "${words[@]}" 2>/dev/null </dev/null)
	return 0
}

_vmdoctor_files() { # WORD -f|-d
	local word=$1

	[[ $word == --*=* ]] && word=${word#*=}
	[ "$word" = = ] && word=
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen "$2" -- "$word")
}

complete -F _vmdoctor vmdoctor
