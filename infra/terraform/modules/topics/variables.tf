variable "replication_factor" {
  description = "Copies of each topic, on as many brokers."
  type        = number

  validation {
    condition     = var.replication_factor >= 1
    error_message = "A topic has at least one copy."
  }
}

variable "min_insync" {
  description = "Copies that must have a record before it counts as written."
  type        = number
}

variable "reply_callers" {
  description = "Callers with a reply topic of their own, and the principal that reads it."
  type        = map(string)

  validation {
    condition     = alltrue([for caller in keys(var.reply_callers) : can(regex("^[a-z0-9-]{1,63}$", caller))])
    error_message = "A caller's name is up to 63 lower-case letters, digits and hyphens."
  }
}

variable "group_id" {
  description = "What the names of the fleet's consumer groups begin with (POON_KAFKA__GROUP_ID)."
  type        = string
}

variable "access" {
  description = "Principals of workers and producers with their areas, of consumers with areas and the prefix of their groups, and of operators; null for no rules."
  type = object({
    workers   = map(list(string))
    producers = map(list(string))
    consumers = map(object({ areas = list(string), group_prefix = string }))
    operators = list(string)
  })

  validation {
    condition = var.access == null ? true : alltrue([
      for principal in concat(keys(var.access.workers), keys(var.access.producers), keys(var.access.consumers), var.access.operators) :
      can(regex("^User:[^*]+$", principal))
    ])
    error_message = "A principal is written User:NAME, and nobody is everybody."
  }

  validation {
    condition = var.access == null ? true : alltrue([
      for area in flatten(concat(values(var.access.workers), values(var.access.producers), [for wanted in values(var.access.consumers) : wanted.areas])) :
      contains([for topic in jsondecode(file("${path.module}/registry.json")).topics : topic.area], area) || area == "projections"
    ])
    error_message = "An area is named that has no topics."
  }
}
