output "roles" {
  description = "What each role is called."
  value       = local.roles
}

output "rights" {
  description = "What each role may do to each table, besides the owner who may everything and the reader who may read."
  value       = local.rights
}
