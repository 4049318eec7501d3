# What each role may do: what adapters/cache/redis.py asks for, and nothing else. A test holds the two to each other, and
# works as each of these users. None may name the keys of others, flush, or change how the server works.

locals {
  keys = "~poon:*"

  # MULTI, EXEC, INCRBY: counters of budgets. SELECT: a URL may name another database than the first.
  worker_commands = ["get", "set", "del", "incrby", "multi", "exec", "select"]

  commands = {
    worker = local.worker_commands
    # Whoever erases has to find what is remembered of an owner. SCAN tells names of keys whosever they are, so nobody
    # else has it.
    privacy = concat(local.worker_commands, ["scan", "unlink"])
    # `poon doctor`.
    operator = ["info", "select"]
  }

  # In the words of Redis, which managed services take too.
  access = { for role, commands in local.commands : role => join(" ", concat(
    role == "operator" ? ["resetkeys"] : [local.keys],
    ["resetchannels", "-@all"],
    [for command in commands : "+${command}"],
  )) }
}
