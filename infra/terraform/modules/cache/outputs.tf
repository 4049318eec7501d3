output "access" {
  description = "What each role may do, in the words of Redis: for a managed service, whose users are made by its own API."
  value       = local.access
}
