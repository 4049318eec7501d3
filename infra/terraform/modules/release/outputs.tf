output "values" {
  description = "The chart's values, without `release.values`, which win."
  value       = local.values
}
