#!/bin/sh
# Called by Terraform with everything in the environment; every step may be done again.
set -eu

store() {
	step=$1
	shift
	if [ "$POON_ENDPOINT" != - ]; then set -- "$@" --endpoint-url "$POON_ENDPOINT"; fi
	aws s3api "$step" --bucket "$POON_BUCKET" --region "$POON_REGION" --output text "$@"
}

fail() {
	echo "$1" >&2
	exit 1
}

lacks() {
	case " $POON_LACKS " in
	*" $1 "*) return 0 ;;
	*) return 1 ;;
	esac
}

make() {
	if store head-bucket >/dev/null 2>&1; then return; fi
	# Amazon's oldest region is the one that must not be named.
	if [ "$POON_REGION" = us-east-1 ]; then
		store create-bucket >/dev/null
	else
		store create-bucket --create-bucket-configuration "LocationConstraint=$POON_REGION" >/dev/null
	fi
}

versions() {
	if [ "$POON_VERSIONS" = kept ]; then
		store put-bucket-versioning --versioning-configuration Status=Enabled
	elif [ "$(store get-bucket-versioning --query Status)" = Enabled ]; then
		store put-bucket-versioning --versioning-configuration Status=Suspended
		echo "warning: $POON_BUCKET kept versions until now; the old ones go within days" >&2
	fi
}

make
# What is locked cannot be erased, whatever anybody is entitled to. (Without a lock the question is answered by an error.)
locked=$(store get-object-lock-configuration --query ObjectLockConfiguration.ObjectLockEnabled 2>/dev/null || true)
[ "$locked" != Enabled ] || fail "$POON_BUCKET locks its objects: owners could not be erased, take another bucket"

lacks public_access_block || store put-public-access-block --public-access-block-configuration \
	BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
# No object has rights of its own.
lacks ownership || store put-bucket-ownership-controls --ownership-controls 'Rules=[{ObjectOwnership=BucketOwnerEnforced}]'
lacks encryption || store put-bucket-encryption --server-side-encryption-configuration "$POON_ENCRYPTION"
versions
store put-bucket-lifecycle-configuration --lifecycle-configuration "$POON_LIFECYCLE" >/dev/null
# Some services take a lifecycle and forget it; owners who were erased would live on.
# shellcheck disable=SC2016  # these quotes are JMESPath's
kept=$(store get-bucket-lifecycle-configuration --query 'join(`,`, Rules[?Status==`Enabled`].ID)' || true)
for rule in broken-uploads old-versions; do
	case ",$kept," in
	*",$rule,"*) ;;
	*) fail "$POON_BUCKET did not keep the rule $rule of its lifecycle" ;;
	esac
done
if [ "$POON_POLICY" = - ]; then
	store delete-bucket-policy
else
	store put-bucket-policy --policy "$POON_POLICY"
fi
