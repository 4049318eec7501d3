# By the aws program, which every service understands that speaks S3; no credential is in the state.

locals {
  # Never null: a bucket that had versions before has old ones still.
  versions_days = coalesce(var.keep_versions_days, 1)

  # Rows of an import are needed for as long as it runs; an erasure in that very moment may miss some.
  expire_days = merge({ "${var.prefix}statement-rows/" = 30 }, var.expire_days)

  lifecycle = {
    Rules = concat(
      [
        # Pieces of an upload that broke off are a statement too, and no list shows them.
        { ID = "broken-uploads", Status = "Enabled", Filter = { Prefix = "" }, AbortIncompleteMultipartUpload = { DaysAfterInitiation = 1 } },
        { ID = "old-versions", Status = "Enabled", Filter = { Prefix = "" }, NoncurrentVersionExpiration = { NoncurrentDays = local.versions_days } },
        { ID = "delete-markers", Status = "Enabled", Filter = { Prefix = "" }, Expiration = { ExpiredObjectDeleteMarker = true } },
      ],
      [for folder in sort(keys(local.expire_days)) :
      { ID = "expire-${replace(trimsuffix(folder, "/"), "/", "-")}", Status = "Enabled", Filter = { Prefix = folder }, Expiration = { Days = local.expire_days[folder] } }],
    )
  }

  encryption = {
    Rules = [merge(
      { ApplyServerSideEncryptionByDefault = merge(
        { SSEAlgorithm = var.encryption_key == null ? "AES256" : "aws:kms" },
        { for key in [var.encryption_key] : "KMSMasterKeyID" => key if key != null },
      ) },
      { for key in [var.encryption_key] : "BucketKeyEnabled" => true if key != null },
    )]
  }

  policy = length(local.statements) == 0 ? "-" : jsonencode({
    Version   = "2012-10-17"
    Statement = [for one in local.statements : { for name, value in one : name => value if name != "Condition" || value != {} }]
  })

  wanted = {
    POON_BUCKET     = var.bucket
    POON_REGION     = var.server.region
    POON_ENDPOINT   = coalesce(var.server.endpoint, "-")
    POON_LACKS      = join(" ", sort(tolist(var.server.lacks)))
    POON_VERSIONS   = var.keep_versions_days == null ? "none" : "kept"
    POON_LIFECYCLE  = jsonencode(local.lifecycle)
    POON_ENCRYPTION = jsonencode(local.encryption)
    POON_POLICY     = local.policy
  }
}

# Nothing is done when it is destroyed: what is in a bucket is nowhere else.
resource "terraform_data" "bucket" {
  triggers_replace = local.wanted

  provisioner "local-exec" {
    command     = "${path.module}/bucket.sh"
    environment = local.wanted
  }
}
