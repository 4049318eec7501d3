variable "server" {
  description = "Where Redis is, and as whom users are made; redis-cli takes that user's password from REDISCLI_AUTH, so that no state holds it."
  type        = object({ host = string, port = number, user = optional(string), tls = bool, ca_file = optional(string) })
}

variable "users" {
  description = "The users, each with its role (worker, privacy or operator). A user's password is read from POON_CACHE_PASSWORD_NAME where Terraform is started; raise password_revision when there is a new one."
  type        = map(object({ role = string, password_revision = number }))

  validation {
    condition     = alltrue([for name in keys(var.users) : can(regex("^[a-z][a-z0-9_-]{0,62}$", name)) && name != "default"])
    error_message = "A user's name is up to 63 lower-case letters, digits, hyphens and underscores, and not default: that one is everybody."
  }

  validation {
    condition     = alltrue([for user in values(var.users) : contains(["worker", "privacy", "operator"], user.role)])
    error_message = "A role is worker, privacy or operator."
  }

  validation {
    condition     = length(distinct([for name in keys(var.users) : replace(name, "-", "_")])) == length(var.users)
    error_message = "Two names differ in hyphens and underscores alone: their passwords would be read from one variable."
  }
}

variable "memory" {
  description = "How much Redis may keep, and what it forgets when it is full; null to be told only whether that fits the fleet."
  type        = object({ bytes = number, policy = string })

  validation {
    condition     = var.memory == null ? true : var.memory.bytes >= 1048576 && can(regex("^(volatile|allkeys)-(ttl|lru|lfu|random)$", var.memory.policy))
    error_message = "Redis needs a bound of 1 MiB or more, and a policy that forgets (volatile-ttl fits): noeviction takes nothing new once it is full."
  }
}
