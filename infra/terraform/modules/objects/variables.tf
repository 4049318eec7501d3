variable "server" {
  description = "The service: its region, its address unless it is Amazon's own, and what it does not know of public_access_block, ownership and encryption. The aws program takes credentials from its own variables or profile, so that no state holds them."
  type        = object({ region = string, endpoint = optional(string), lacks = set(string) })

  validation {
    condition     = alltrue([for lacking in var.server.lacks : contains(["public_access_block", "ownership", "encryption"], lacking)])
    error_message = "A service may lack public_access_block, ownership or encryption; without the rest erasures would not last."
  }
}

variable "bucket" {
  description = "The bucket of pictures and statements, the fleet's own."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "A bucket's name is 3 to 63 lower-case letters, digits and hyphens."
  }
}

variable "prefix" {
  description = "What keys begin with, if POON_IMAGES__URL names a folder of the bucket: ends with a slash."
  type        = string

  validation {
    condition     = var.prefix == "" || can(regex("^([a-zA-Z0-9._-]+/)+$", var.prefix))
    error_message = "A prefix ends with a slash and begins with none."
  }
}

variable "encryption_key" {
  description = "Of the service's key management, by which objects are encrypted; null for a key of the store itself."
  type        = string
}

variable "keep_versions_days" {
  description = "How long old versions and what was deleted are kept. Null for a bucket without versions, where what is erased is gone at once."
  type        = number

  validation {
    condition     = var.keep_versions_days == null ? true : var.keep_versions_days >= 1 && var.keep_versions_days <= 30
    error_message = "An erased owner's files live on in old versions: keep those for 1 to 30 days (topics forget after 30)."
  }
}

variable "expire_days" {
  description = "Days after which what is below a folder is deleted, such as an archive that has been kept as long as it has to be; rows of imports go after 30 by themselves."
  type        = map(number)

  validation {
    condition     = alltrue([for folder, days in var.expire_days : can(regex("^[^/].*/$", folder)) && days >= 1])
    error_message = "A folder ends with a slash and begins with none; it is kept for a day at least."
  }
}

variable "principals" {
  description = "Who has which role in the bucket's own policy, by ARN. Where identities have policies of their own, give them those of the output `policies` instead."
  type        = map(list(string))

  validation {
    condition     = alltrue([for role in keys(var.principals) : contains(["worker", "privacy", "producer", "archiver", "reader"], role)])
    error_message = "A role is worker, privacy, producer, archiver or reader."
  }

  validation {
    condition     = alltrue([for principal in flatten(values(var.principals)) : can(regex("^arn:[^*]+$", principal))])
    error_message = "A principal is an ARN, and nobody is everybody."
  }
}
