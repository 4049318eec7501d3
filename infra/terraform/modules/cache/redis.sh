#!/bin/sh
# Called by Terraform with everything in the environment. Commands go in by standard input and passwords are there as
# hashes: arguments are for all to see.
set -eu

# An empty one would be offered to a server that wants none.
[ -n "${REDISCLI_AUTH:-}" ] || unset REDISCLI_AUTH

ask() {
	set -- "$1" -h "$POON_REDIS_HOST" -p "$POON_REDIS_PORT"
	if [ "$POON_REDIS_USER" != - ]; then set -- "$@" --user "$POON_REDIS_USER"; fi
	if [ "$POON_REDIS_TLS" = true ]; then set -- "$@" --tls; fi
	if [ "$POON_REDIS_CA" != - ]; then set -- "$@" --cacert "$POON_REDIS_CA"; fi
	question=$1
	shift
	# It ends with 0 whatever is answered, so every answer is looked at.
	printf '%s\n' "$question" | redis-cli "$@" 2>&1 | tr -d '\r'
}

tell() { echo "warning: $1" >&2; }

fail() {
	echo "$1" >&2
	exit 1
}

hash_of() {
	if command -v sha256sum >/dev/null; then printf '%s' "$1" | sha256sum; else printf '%s' "$1" | shasum -a 256; fi |
		cut -d ' ' -f 1
}

# Two passwords, a blank between them, are both good: so workers change over without a pause.
hashes() {
	set -f
	for password in $1; do printf ' #%s' "$(hash_of "$password")"; done
}

# In its file of users, or they are gone when it starts again.
keep() {
	answer=$(ask 'ACL SAVE')
	if [ "$answer" != OK ]; then tell "users are gone when this Redis starts again, give it an aclfile: $answer"; fi
}

allow() {
	passwords=$(printenv "$POON_PASSWORD_IN" || true)
	[ -n "$passwords" ] || fail "$POON_PASSWORD_IN is not set: the password of the user $POON_LOGIN"
	# One command, which is done as a whole or not at all; reset takes away what the user had before.
	answer=$(ask "ACL SETUSER $POON_LOGIN reset on$(hashes "$passwords") $POON_ACCESS")
	[ "$answer" = OK ] || fail "the user $POON_LOGIN could not be made: $answer"
	keep
	if ask 'ACL LIST' | grep -q '^user default on nopass .*+@all$'; then
		tell "everybody may do everything: the user default of this Redis has no password"
	fi
}

forget() {
	answer=$(ask "ACL DELUSER $POON_LOGIN")
	case $answer in
	0 | 1) keep ;;
	*) fail "the user $POON_LOGIN could not be taken away: $answer" ;;
	esac
}

configure() {
	answer=$(ask "CONFIG SET $1 $2")
	[ "$answer" = OK ] || tell "this Redis does not let $1 be set, set it where its service has it: $answer"
}

memory() {
	if [ "$POON_MEMORY_BYTES" != - ]; then
		configure maxmemory "$POON_MEMORY_BYTES"
		configure maxmemory-policy "$POON_MEMORY_POLICY"
		answer=$(ask 'CONFIG REWRITE')
		[ "$answer" = OK ] || tell "maxmemory and its policy hold until this Redis starts again: $answer"
	fi
	found=$(ask 'INFO memory')
	bytes=$(echo "$found" | sed -n 's/^maxmemory://p')
	policy=$(echo "$found" | sed -n 's/^maxmemory_policy://p')
	# As `poon doctor` judges it.
	case $bytes:$policy in
	:*) fail "Redis does not tell how much it may keep: $found" ;;
	0:*) tell "this Redis has no bound of memory: give it a maxmemory, and the policy volatile-ttl" ;;
	*:noeviction) tell "this Redis takes nothing new once it is full: give it the policy volatile-ttl" ;;
	*:allkeys-*) tell "this Redis may forget counters of budgets first ($policy): volatile-ttl forgets them last" ;;
	esac
}

"$1"
