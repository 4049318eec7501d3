"""`poon eval`: how right the fleet's reading is on somebody's own data."""
