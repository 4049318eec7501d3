"""One module a change: `pre_` ones are applied before new code runs, `post_` ones after the last old code stopped."""
