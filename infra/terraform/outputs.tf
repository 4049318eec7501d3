output "topics" {
  description = "Every topic that is kept, with its partitions."
  value       = module.topics.partitions_by_topic
}

output "roles" {
  description = "The database's roles, for logins that others make."
  value       = module.database.roles
}

output "cache_access" {
  description = "What each role may do in Redis, for services that make users by an API of their own; null without a cache."
  value       = one(module.cache[*].access)
}

output "object_policies" {
  description = "What each role may do in the bucket, as policies for identities; null without a bucket."
  value       = one(module.objects[*].policies)
}

output "chart_values" {
  description = "What the release is made with: `helm template` with it shows what comes."
  value       = module.release.values
}
