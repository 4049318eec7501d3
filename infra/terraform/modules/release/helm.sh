#!/bin/sh
# Called by Terraform with everything in the environment: values hold names of secrets, and arguments are for all to see.
set -eu

case $POON_CONTEXT in
-) set -- "$1" ;;
*) set -- "$1" --kube-context "$POON_CONTEXT" ;;
esac
verb=$1
shift

case $verb in
upgrade)
	folder=$(mktemp -d)
	trap 'rm -rf "$folder"' EXIT
	printf '%s\n' "$POON_VALUES" >"$folder/values.yaml"
	printf '%s\n' "$POON_MORE_VALUES" >"$folder/more.yaml"
	# --atomic: a release that does not become ready is rolled back, and Terraform fails.
	helm upgrade "$POON_RELEASE" "$POON_CHART" --install --create-namespace --namespace "$POON_NAMESPACE" \
		--values "$folder/values.yaml" --values "$folder/more.yaml" --atomic --timeout "$POON_TIMEOUT" "$@"
	;;
uninstall)
	# The namespace stays: the secrets in it are others'.
	helm uninstall "$POON_RELEASE" --namespace "$POON_NAMESPACE" --ignore-not-found --wait --timeout "$POON_TIMEOUT" "$@"
	;;
esac
