variable "server" {
  description = "Where PostgreSQL is, and as whom roles and the database are made; psql takes the password from PGPASSWORD or its password file, so that no state holds it."
  type        = object({ host = string, port = number, user = string, database = string })
}

variable "name" {
  description = "The fleet's database."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,40}$", var.name))
    error_message = "The database's name is up to 41 lower-case letters, digits and underscores; the roles' names begin with it."
  }
}

variable "logins" {
  description = "Logins that others have made (so no password is known here), each with its role: owner, worker, privacy, operator or reader."
  type        = map(string)

  validation {
    condition     = alltrue([for role in values(var.logins) : contains(["owner", "worker", "privacy", "operator", "reader"], role)])
    error_message = "A role is owner, worker, privacy, operator or reader."
  }
}

variable "schema_revision" {
  description = "What `poon migrate` told: tables have to be there to be granted. Null before it ran for the first time."
  type        = string
}
