# An image by its digest: a tag may be another image tomorrow.
kafka = {
  bootstrap_servers  = "kafka-1.example.org:9093, kafka-2.example.org:9093, kafka-3.example.org:9093"
  replication_factor = 3
  min_insync         = 2
  sasl_mechanism     = "scram-sha512"
  sasl_username      = "terraform"
}
access = {
  workers = {
    "User:poon-workers" = ["receipts", "texts", "spending", "categories", "insights", "statements", "workflows", "projections"]
    "User:poon-privacy" = ["privacy"]
  }
  producers = { "User:mobile" = ["receipts", "texts", "spending", "workflows"] }
  consumers = { "User:analytics" = { areas = ["spending", "insights", "privacy"], group_prefix = "analytics." } }
  operators = ["User:operators"]
}
reply_callers = { mobile = "User:mobile" }
database = {
  server = { host = "postgres.example.org", user = "postgres" }
  name   = "poon"
  logins = { poon_migrate = "owner", poon_workers = "worker", poon_erase = "privacy", poon_operate = "operator", poon_backup = "reader" }
}
cache = {
  server = { host = "redis.example.org", user = "terraform", ca_file = "/etc/poon/redis-ca.pem" }
  users = {
    poon-workers = { role = "worker" }
    poon-privacy = { role = "privacy" }
    poon-operate = { role = "operator" }
  }
  memory = { bytes = 2147483648 }
}
objects = {
  server      = { region = "ap-southeast-7" }
  bucket      = "poon-files"
  expire_days = { "archive/" = 3653 }
  principals = {
    worker   = ["arn:aws:iam::444455556666:role/poon-workers"]
    privacy  = ["arn:aws:iam::444455556666:role/poon-privacy"]
    producer = ["arn:aws:iam::444455556666:role/mobile"]
    archiver = ["arn:aws:iam::444455556666:role/poon-archive"]
    reader   = ["arn:aws:iam::444455556666:role/poon-export"]
  }
}
release = {
  enabled         = true
  namespace       = "poon"
  context         = "production"
  image           = { repository = "images.example.org/poon-workers", digest = "sha256:0f0e0d0c0b0a09080706050403020100ffeeddccbbaa99887766554433221100" }
  database_secret = "poon-database"
  max_replicas    = { receipts = 12, texts = 12, spending = 12 }
}
