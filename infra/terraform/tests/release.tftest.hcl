# What a release is refused for, before anything is asked of a cluster.

variables {
  partitions = { texts = 12 }
  kafka      = { bootstrap_servers = "kafka:9092", group_id = "poon-workers" }
  release = {
    enabled         = false
    namespace       = "poon"
    name            = "poon-workers"
    image           = { repository = "poon-workers" }
    database_secret = "poon-database"
    max_replicas    = { texts = 12 }
    values          = ""
    timeout_seconds = 600
  }
}

run "as_many_workers_as_partitions_are_fine" {
  command = plan
  module { source = "./modules/release" }
}

run "more_workers_than_partitions_are_refused" {
  command = plan
  module { source = "./modules/release" }

  variables {
    partitions = { texts = 11 }
  }

  expect_failures = [var.release]
}

run "an_area_without_topics_is_refused" {
  command = plan
  module { source = "./modules/release" }

  variables {
    partitions = { spending = 12 }
  }

  expect_failures = [var.release]
}
