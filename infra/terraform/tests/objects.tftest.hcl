# What each role may do in the bucket, what it forgets by itself, and what is refused before anything is asked of a store.

variables {
  server             = { region = "ap-southeast-7", lacks = [] }
  bucket             = "poon-files"
  prefix             = "pictures/"
  encryption_key     = null
  keep_versions_days = null
  expire_days        = { "archive/" = 3653 }
  principals         = { producer = ["arn:aws:iam::111122223333:role/mobile"] }
}

run "each_role_reaches_what_it_needs_and_no_more" {
  command = plan
  module { source = "./modules/objects" }

  assert {
    condition = jsondecode(output.policies.worker).Statement == [
      { Effect = "Allow", Action = ["s3:ListBucket"], Resource = ["arn:aws:s3:::poon-files"] },
      { Effect = "Allow", Action = ["s3:GetObject"], Resource = ["arn:aws:s3:::poon-files/pictures/*"] },
      { Effect = "Allow", Action = ["s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"], Resource = ["arn:aws:s3:::poon-files/pictures/statement-rows/*"] },
    ]
    error_message = "A worker has other rights in the bucket than it needs."
  }

  assert {
    condition = [for role, policy in output.policies : role if anytrue([for one in jsondecode(policy).Statement :
      contains(one.Action, "s3:DeleteObject") && contains(one.Resource, "arn:aws:s3:::poon-files/pictures/*")
    ])] == ["privacy"]
    error_message = "Somebody besides the area privacy may delete what is an owner's."
  }

  assert {
    condition     = flatten([for one in jsondecode(output.policies.producer).Statement : one.Action]) == ["s3:PutObject", "s3:AbortMultipartUpload"]
    error_message = "A producer may read, list or delete."
  }

  assert {
    condition = alltrue([for one in flatten([for policy in values(output.policies) : jsondecode(policy).Statement]) :
      !anytrue([for action in one.Action : strcontains(action, "*")])
    ])
    error_message = "Somebody may do what nobody needs."
  }
}

run "the_bucket_lets_nothing_in_the_clear_and_nobody_else_in" {
  command = plan
  module { source = "./modules/objects" }

  assert {
    condition     = jsondecode(output.bucket_policy).Statement[0].Effect == "Deny" && jsondecode(output.bucket_policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false"
    error_message = "The bucket may be reached without TLS."
  }

  assert {
    condition     = alltrue([for one in jsondecode(output.bucket_policy).Statement : one.Effect == "Deny" || one.Principal == { AWS = ["arn:aws:iam::111122223333:role/mobile"] }])
    error_message = "The bucket's policy lets somebody in who was not named."
  }
}

run "what_was_erased_does_not_live_on" {
  command = plan
  module { source = "./modules/objects" }

  assert {
    condition     = { for rule in output.lifecycle.Rules : rule.ID => try(rule.NoncurrentVersionExpiration.NoncurrentDays, rule.AbortIncompleteMultipartUpload.DaysAfterInitiation, rule.Expiration.Days, 0) } == { broken-uploads = 1, old-versions = 1, delete-markers = 0, "expire-archive" = 3653, "expire-pictures-statement-rows" = 30 }
    error_message = "The bucket keeps what it ought to forget, or forgets what it ought to keep."
  }

  assert {
    condition     = alltrue([for rule in output.lifecycle.Rules : rule.Status == "Enabled"])
    error_message = "A rule of the lifecycle does nothing."
  }
}

run "versions_that_outlive_an_erasure_for_long_are_refused" {
  command = plan
  module { source = "./modules/objects" }

  variables {
    keep_versions_days = 90
  }

  expect_failures = [var.keep_versions_days]
}

run "everybody_is_no_principal" {
  command = plan
  module { source = "./modules/objects" }

  variables {
    principals = { reader = ["*"] }
  }

  expect_failures = [var.principals]
}

run "a_store_without_a_lifecycle_is_refused" {
  command = plan
  module { source = "./modules/objects" }

  variables {
    server = { region = "ap-southeast-7", lacks = ["lifecycle"] }
  }

  expect_failures = [var.server]
}
