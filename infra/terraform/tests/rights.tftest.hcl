# What each kind of principal may do, rule by rule.

mock_provider "kafka" {}

variables {
  replication_factor = 3
  min_insync         = 2
  group_id           = "poon-workers"
  reply_callers      = { mobile = "User:mobile" }
  access = {
    workers   = { "User:workers" = ["texts"], "User:privacy" = ["privacy"], "User:flows" = ["workflows"], "User:views" = ["projections"] }
    producers = { "User:mobile" = ["texts"] }
    consumers = { "User:analytics" = { areas = ["spending"], group_prefix = "analytics." } }
    operators = ["User:operators"]
  }
}

run "workers_reach_their_own_areas_only" {
  command = plan
  module { source = "./modules/topics" }

  assert {
    condition = toset([for key in keys(kafka_acl.this) : key if startswith(key, "User:workers ")]) == toset([
      "User:workers Read Group Literal poon-workers.texts",
      "User:workers Read Topic Literal poon.texts.commands",
      "User:workers Write Topic Literal poon.texts.events",
      "User:workers Write Topic Literal poon.texts.dlt",
      "User:workers Write Topic Prefixed poon.replies.",
    ])
    error_message = "A worker of texts has other rights than it needs."
  }

  assert {
    condition     = [for key in keys(kafka_acl.this) : key if endswith(key, " poon.privacy.commands")] == ["User:privacy Read Topic Literal poon.privacy.commands"]
    error_message = "Somebody besides the area may reach commands that erase."
  }
}

run "outsiders_write_commands_or_read_outcomes" {
  command = plan
  module { source = "./modules/topics" }

  assert {
    condition     = [for key in keys(kafka_acl.this) : key if startswith(key, "User:mobile ")] == ["User:mobile Read Topic Literal poon.replies.mobile", "User:mobile Write Topic Literal poon.texts.commands"]
    error_message = "A producer has other rights than it needs."
  }

  assert {
    condition     = [for key in keys(kafka_acl.this) : key if startswith(key, "User:analytics ")] == ["User:analytics Read Group Prefixed analytics.", "User:analytics Read Topic Literal poon.spending.events"]
    error_message = "A consumer has other rights than it needs."
  }

  assert {
    condition     = alltrue([for rule in kafka_acl.this : rule.acl_operation != "Delete" && rule.acl_operation != "All" && rule.acl_principal != "User:*"])
    error_message = "Somebody may do what nobody needs."
  }
}

run "an_area_without_topics_is_refused" {
  command = plan
  module { source = "./modules/topics" }

  variables {
    access = { workers = { "User:workers" = ["textes"] }, producers = {}, consumers = {}, operators = [] }
  }

  expect_failures = [var.access]
}

run "everybody_is_no_principal" {
  command = plan
  module { source = "./modules/topics" }

  variables {
    access = { workers = { "User:*" = ["texts"] }, producers = {}, consumers = {}, operators = [] }
  }

  expect_failures = [var.access]
}

run "more_replicas_in_sync_than_there_are_is_refused" {
  command = plan
  module { source = "./modules/topics" }

  variables {
    replication_factor = 1
  }

  expect_failures = [kafka_topic.this]
}
