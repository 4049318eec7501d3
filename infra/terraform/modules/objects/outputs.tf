output "policies" {
  description = "What each role may do, as a policy for an identity: of IAM, or of what an S3-compatible service has for it."
  value       = local.policies
}

output "lifecycle" {
  description = "What the bucket forgets by itself, and when."
  value       = local.lifecycle
}

output "bucket_policy" {
  description = "The bucket's own policy; null if it has none."
  value       = local.policy == "-" ? null : local.policy
}
