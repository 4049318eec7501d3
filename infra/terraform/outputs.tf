output "topics" {
  description = "Every topic that is kept, with its partitions."
  value       = module.topics.partitions_by_topic
}

output "roles" {
  description = "The database's roles, for logins that others make."
  value       = module.database.roles
}

output "chart_values" {
  description = "What the release is made with: `helm template` with it shows what comes."
  value       = module.release.values
}
