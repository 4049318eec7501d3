locals {
  # Generated from the registry in contracts/topics.py: topics are named in one place.
  registry = jsondecode(file("${path.module}/registry.json"))

  replies = [for caller in keys(var.reply_callers) : {
    name       = "poon.replies.${caller}"
    area       = ""
    role       = "replies"
    partitions = local.registry.reply.partitions
    config     = local.registry.reply.config
  }]
  topics = { for topic in concat(local.registry.topics, local.replies) : topic.name => topic }
  areas  = toset([for topic in local.registry.topics : topic.area if topic.role == "commands"])
}

resource "kafka_topic" "this" {
  for_each = local.topics

  name               = each.value.name
  partitions         = each.value.partitions
  replication_factor = var.replication_factor
  config             = merge(each.value.config, { "min.insync.replicas" = tostring(var.min_insync) })

  lifecycle {
    # What waits on a topic is nowhere else.
    prevent_destroy = true

    precondition {
      condition     = var.min_insync <= var.replication_factor
      error_message = "No record could be written: more replicas have to be in sync than there are."
    }
  }
}

resource "kafka_acl" "this" {
  for_each = local.rules

  acl_principal                = each.value.principal
  acl_host                     = "*"
  acl_operation                = each.value.operation
  acl_permission_type          = "Allow"
  resource_type                = each.value.type
  resource_name                = each.value.name
  resource_pattern_type_filter = each.value.pattern
}
