# Who may do what: nobody gets a right that no code of theirs uses. docs/operators.md says what each is for.

locals {
  access = coalesce(var.access, { workers = {}, producers = {}, consumers = {}, operators = [] })

  # An area's workers read its commands, and write its outcomes, its dead letters and replies.
  worker_rights = flatten([for principal, areas in local.access.workers : concat(
    [for area in areas : [
      { principal = principal, type = "Group", name = "${var.group_id}.${area}", pattern = "Literal", operation = "Read" },
    ]],
    [for area in areas : [
      { principal = principal, type = "Topic", name = "poon.${area}.commands", pattern = "Literal", operation = "Read" },
      { principal = principal, type = "Topic", name = "poon.${area}.events", pattern = "Literal", operation = "Write" },
      { principal = principal, type = "Topic", name = "poon.${area}.dlt", pattern = "Literal", operation = "Write" },
      { principal = principal, type = "Topic", name = "poon.replies.", pattern = "Prefixed", operation = "Write" },
    ] if area != "projections"],
    # Projections follow every outcome and write nothing.
    [for topic in local.registry.topics : { principal = principal, type = "Topic", name = topic.name, pattern = "Literal", operation = "Read" }
    if topic.role == "events" && contains(areas, "projections")],
    # Workflows send the commands of their steps, none of which erases, and await the outcomes.
    [for topic in local.registry.topics : { principal = principal, type = "Topic", name = topic.name, pattern = "Literal", operation = "Write" }
    if topic.role == "commands" && topic.area != "privacy" && contains(areas, "workflows")],
    [for name in ["poon.replies.workflows"] : { principal = principal, type = "Topic", name = name, pattern = "Literal", operation = "Read" }
    if contains(areas, "workflows")],
  )])

  producer_rights = flatten([for principal, areas in local.access.producers : [for area in areas :
    { principal = principal, type = "Topic", name = "poon.${area}.commands", pattern = "Literal", operation = "Write" }
  ]])

  caller_rights = [for caller, principal in var.reply_callers :
    { principal = principal, type = "Topic", name = "poon.replies.${caller}", pattern = "Literal", operation = "Read" }
    if var.access != null
  ]

  consumer_rights = flatten([for principal, wanted in local.access.consumers : concat(
    [{ principal = principal, type = "Group", name = wanted.group_prefix, pattern = "Prefixed", operation = "Read" }],
    [for area in wanted.areas : { principal = principal, type = "Topic", name = "poon.${area}.events", pattern = "Literal", operation = "Read" }],
  )])

  # Operators look after topics, redrive dead letters, set offsets and publish again; they delete nothing.
  operator_rights = flatten([for principal in local.access.operators : concat(
    [for operation in ["Read", "Write", "Create", "Alter", "AlterConfigs", "DescribeConfigs"] :
    { principal = principal, type = "Topic", name = "poon.", pattern = "Prefixed", operation = operation }],
    [{ principal = principal, type = "Group", name = "${var.group_id}.", pattern = "Prefixed", operation = "Read" }],
    [{ principal = principal, type = "Cluster", name = "kafka-cluster", pattern = "Literal", operation = "Describe" }],
  )])

  rules = { for rule in distinct(concat(
    local.worker_rights, local.producer_rights, local.caller_rights, local.consumer_rights, local.operator_rights,
  )) : join(" ", [rule.principal, rule.operation, rule.type, rule.pattern, rule.name]) => rule }
}
