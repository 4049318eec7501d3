output "partitions_by_topic" {
  description = "How many partitions each topic has."
  value       = { for name, topic in kafka_topic.this : name => topic.partitions }
}

output "partitions" {
  description = "How many partitions each area's workers share: more of them would idle."
  value = merge(
    { for area in local.areas : area => kafka_topic.this["poon.${area}.commands"].partitions },
    { projections = min([for topic in local.registry.topics : topic.partitions if topic.role == "events"]...) },
  )
}
