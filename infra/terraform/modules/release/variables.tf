variable "partitions" {
  description = "How many partitions each area's workers share."
  type        = map(number)
}

variable "kafka" {
  description = "The brokers as the workers reach them, and what the names of their groups begin with."
  type        = object({ bootstrap_servers = string, group_id = string })
}

variable "release" {
  description = "Where, which image, which secrets, how many of each worker at most; `values` is more YAML for the chart, and wins."
  type = object({
    enabled         = bool
    namespace       = string
    name            = string
    context         = optional(string)
    image           = object({ repository = string, digest = optional(string), tag = optional(string) })
    database_secret = string
    max_replicas    = map(number)
    values          = string
    timeout_seconds = number
  })

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.release.namespace))
    error_message = "A namespace is up to 63 lower-case letters, digits and hyphens."
  }

  validation {
    condition     = alltrue([for area in keys(var.release.max_replicas) : contains(keys(var.partitions), area)])
    error_message = "release.max_replicas names an area that has no topic."
  }

  validation {
    condition     = alltrue([for area, replicas in var.release.max_replicas : replicas <= lookup(var.partitions, area, replicas)])
    error_message = "More workers than partitions would idle: lower release.max_replicas, or give the topics more partitions."
  }
}
