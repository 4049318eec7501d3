# What each role may do to what: what adapters/storage asks for, and nothing else.

locals {
  bucket  = "arn:aws:s3:::${var.bucket}"
  files   = "${local.bucket}/${var.prefix}"
  archive = "${local.bucket}/archive/*"

  list   = ["s3:ListBucket"]
  read   = ["s3:GetObject"]
  write  = ["s3:PutObject", "s3:AbortMultipartUpload"]
  delete = ["s3:DeleteObject"]

  # Listing is never held to a folder: the store tells who may not list that access is denied where nothing is there, and
  # the fleet would take a missing picture for a store that is away.
  rights = {
    # Reads pictures and statements; rows of imports wait in the store.
    worker = [
      { actions = local.list, resources = [local.bucket] },
      { actions = local.read, resources = ["${local.files}*"] },
      { actions = concat(local.write, local.delete), resources = ["${local.files}statement-rows/*"] },
    ]
    # Erases, so it alone deletes what is an owner's.
    privacy = [
      { actions = local.list, resources = [local.bucket] },
      { actions = concat(local.read, local.delete), resources = ["${local.files}*"] },
    ]
    # Puts pictures and statements into folders of their owners, and reads nothing.
    producer = [
      { actions = local.write, resources = ["${local.files}owners/*"] },
    ]
    # Copies the folder of `poon events archive`, and again after `poon events forget`.
    archiver = [
      { actions = local.list, resources = [local.bucket] },
      { actions = concat(local.read, local.write, local.delete), resources = [local.archive] },
    ]
    # `poon owners export`; analysts, of the archive.
    reader = [
      { actions = local.list, resources = [local.bucket] },
      { actions = local.read, resources = ["${local.files}*", local.archive] },
    ]
  }

  policies = { for role, rights in local.rights : role => jsonencode({
    Version = "2012-10-17"
    Statement = [for right in rights : {
      Effect = "Allow", Action = right.actions, Resource = distinct(right.resources)
    }]
  }) }

  secure = startswith(coalesce(var.server.endpoint, "https:"), "https:")
  statements = concat(
    # Where there is no TLS this would keep everybody out.
    [for effect in ["Deny"] : {
      Sid       = "NothingInTheClear", Effect = effect, Principal = "*", Action = ["s3:*"],
      Resource  = [local.bucket, "${local.bucket}/*"],
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    } if local.secure],
    flatten([for role, principals in var.principals : [for number, right in local.rights[role] : {
      Sid       = "${title(role)}${number}", Effect = "Allow", Principal = { AWS = principals }, Action = right.actions,
      Resource  = distinct(right.resources),
      Condition = {}
    }] if length(principals) > 0]),
  )
}
