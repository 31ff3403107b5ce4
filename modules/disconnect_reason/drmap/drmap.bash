# Completes the command line of drmap in bash
#
# SPDX-License-Identifier: GPL-2.0-or-later

# Prints the options of command $1
_drmap_options()
{
	case $1 in
		explain) echo --code --phrase --header --said --q850 --after \
			--source --unresolved --cancelled --trunk --host --profile --bridge \
			--no-q850 --json --help ;;
		table) echo --profile --format --json --help ;;
		replay) echo --fields --decode-as --profile --changed --json --help ;;
		check | diff) echo --json --help ;;
	esac
}

# Prints the values of option $1, where they are known words
_drmap_values()
{
	case $1 in
		--after) echo none trying ringing ;;
		--said) echo UNKNOWN_REASON CLIENT_INITIATED DUPLICATE_IDENTITY \
			SERVER_SHUTDOWN PARTICIPANT_REMOVED ROOM_DELETED STATE_MISMATCH \
			JOIN_FAILURE MIGRATION SIGNAL_CLOSE ROOM_CLOSED USER_UNAVAILABLE \
			USER_REJECTED SIP_TRUNK_FAILURE CONNECTION_TIMEOUT MEDIA_FAILURE \
			AGENT_ERROR ;;
		--source) echo remote timeout transport cancel script ;;
		--format) echo text tsv md json ;;
	esac
}

_drmap()
{
	local word=${COMP_WORDS[COMP_CWORD]}
	local before=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]}

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W \
			"check explain table diff replay --help --version" -- "$word")
		return
	fi
	case $before in
		--after | --said | --source | --format)
			mapfile -t COMPREPLY < <(compgen -W "$(_drmap_values "$before")" \
				-- "$word")
			return
			;;
		--code | --phrase | --header | --q850 | --trunk | --host | --profile | \
			--bridge | --decode-as)
			return
			;;
	esac
	if [[ $word == -* && $before != --fields ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_drmap_options "$command")" \
			-- "$word")
		return
	fi
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen -f -- "$word")
}

complete -F _drmap drmap
