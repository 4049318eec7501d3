# What each user of Redis may do, and what is refused before anything is asked of a server.

variables {
  server = { host = "redis.example.org", port = 6379, tls = true }
  users  = { poon-workers = { role = "worker", password_revision = 1 } }
  memory = { bytes = 268435456, policy = "volatile-ttl" }
}

run "nobody_may_more_than_the_fleet_asks_for" {
  command = plan
  module { source = "./modules/cache" }

  assert {
    condition     = output.access.worker == "~poon:* resetchannels -@all +get +set +del +incrby +multi +exec +select"
    error_message = "A worker has other rights in Redis than it needs."
  }

  assert {
    condition     = output.access.privacy == "${output.access.worker} +scan +unlink"
    error_message = "Who erases has other rights in Redis than it needs."
  }

  assert {
    condition     = output.access.operator == "resetkeys resetchannels -@all +info +select"
    error_message = "An operator reaches keys."
  }
}

run "everybody_is_no_user" {
  command = plan
  module { source = "./modules/cache" }

  variables {
    users = { default = { role = "worker", password_revision = 1 } }
  }

  expect_failures = [var.users]
}

run "a_role_there_is_not_is_refused" {
  command = plan
  module { source = "./modules/cache" }

  variables {
    users = { poon-workers = { role = "administrator", password_revision = 1 } }
  }

  expect_failures = [var.users]
}

run "two_users_never_share_a_password" {
  command = plan
  module { source = "./modules/cache" }

  variables {
    users = { a-b = { role = "worker", password_revision = 1 }, a_b = { role = "operator", password_revision = 1 } }
  }

  expect_failures = [var.users]
}

run "a_redis_that_forgets_nothing_is_refused" {
  command = plan
  module { source = "./modules/cache" }

  variables {
    memory = { bytes = 268435456, policy = "noeviction" }
  }

  expect_failures = [var.memory]
}
