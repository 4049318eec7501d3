variable "kafka" {
  description = "The brokers as they are reached from here, and how safely topics are kept. The password is a variable of its own."
  type = object({
    bootstrap_servers  = string
    group_id           = optional(string, "poon-workers")
    replication_factor = number
    min_insync         = number
    tls                = optional(bool, true)
    ca_certificate     = optional(string)
    sasl_mechanism     = optional(string)
    sasl_username      = optional(string)
  })
}

variable "kafka_password" {
  description = "Of kafka.sasl_username; give it as TF_VAR_kafka_password, never in a file."
  type        = string
  default     = null
  sensitive   = true
}

variable "reply_callers" {
  description = "Callers with a reply topic of their own, and the principal that reads it."
  type        = map(string)
  default     = {}
}

variable "access" {
  description = "Who may do what on the broker, by principal; null where it has no authorizer."
  type = object({
    workers   = map(list(string))
    producers = optional(map(list(string)), {})
    consumers = optional(map(object({ areas = list(string), group_prefix = string })), {})
    operators = optional(list(string), [])
  })
}

variable "database" {
  description = "The PostgreSQL server, by psql's own variables and the password by PGPASSWORD or a password file; the database; its logins with their roles; and the revision `poon migrate` told, once it has run."
  type = object({
    server          = object({ host = string, port = optional(number, 5432), user = string, database = optional(string, "postgres") })
    name            = string
    logins          = optional(map(string), {})
    schema_revision = optional(string)
  })
}

variable "cache" {
  description = "The Redis, as redis-cli reaches it with the password of server.user in REDISCLI_AUTH; its users with their roles, their passwords in POON_CACHE_PASSWORD_NAME; and how much it may keep. Null where there is none, or where a service makes its users itself."
  type = object({
    server = object({ host = string, port = optional(number, 6379), user = optional(string), tls = optional(bool, true), ca_file = optional(string) })
    users  = map(object({ role = string, password_revision = optional(number, 1) }))
    memory = optional(object({ bytes = number, policy = optional(string, "volatile-ttl") }))
  })
  default = null
}

variable "objects" {
  description = "The bucket of pictures and statements, as the aws program reaches it; what it forgets and when; who has which role. Null where files lie in a folder, or others make the bucket."
  type = object({
    server             = object({ region = string, endpoint = optional(string), lacks = optional(set(string), []) })
    bucket             = string
    prefix             = optional(string, "")
    encryption_key     = optional(string)
    keep_versions_days = optional(number)
    expire_days        = optional(map(number), {})
    principals         = optional(map(list(string)), {})
  })
  default = null
}

variable "release" {
  description = "The chart's release: where, which image, which secrets (they are made by others), how many of each worker at most."
  type = object({
    enabled         = bool
    namespace       = string
    name            = optional(string, "poon-workers")
    context         = optional(string)
    image           = object({ repository = string, digest = optional(string), tag = optional(string) })
    database_secret = string
    max_replicas    = optional(map(number), {})
    values          = optional(string, "")
    timeout_seconds = optional(number, 600)
  })
}
