"""One module a change, applied before a release starts: `pre_` only add, `post_` remove what a release left unused."""
