# As production, smaller: what is not tried here is not known there.
kafka = {
  bootstrap_servers  = "kafka-1.stage.example.org:9093, kafka-2.stage.example.org:9093, kafka-3.stage.example.org:9093"
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
  server = { host = "postgres.stage.example.org", user = "postgres" }
  name   = "poon"
  logins = { poon_migrate = "owner", poon_workers = "worker", poon_erase = "privacy", poon_operate = "operator", poon_backup = "reader" }
}
cache = {
  server = { host = "redis.stage.example.org", user = "terraform", ca_file = "/etc/poon/redis-ca.pem" }
  users = {
    poon-workers = { role = "worker" }
    poon-privacy = { role = "privacy" }
    poon-operate = { role = "operator" }
  }
  memory = { bytes = 268435456 }
}
objects = {
  server      = { region = "ap-southeast-7" }
  bucket      = "poon-files-stage"
  expire_days = { "archive/" = 30 }
  principals = {
    worker   = ["arn:aws:iam::111122223333:role/poon-workers"]
    privacy  = ["arn:aws:iam::111122223333:role/poon-privacy"]
    producer = ["arn:aws:iam::111122223333:role/mobile"]
    archiver = ["arn:aws:iam::111122223333:role/poon-archive"]
    reader   = ["arn:aws:iam::111122223333:role/poon-export"]
  }
}
release = {
  enabled         = true
  namespace       = "poon-stage"
  context         = "stage"
  image           = { repository = "images.example.org/poon-workers", tag = "stage" }
  database_secret = "poon-database"
  max_replicas    = { receipts = 4, texts = 4, spending = 4 }
}
