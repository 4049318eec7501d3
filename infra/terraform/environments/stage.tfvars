# As production, smaller: what is not tried here is not known there.
kafka = {
  bootstrap_servers  = "kafka-1.stage.example.org:9093, kafka-2.stage.example.org:9093, kafka-3.stage.example.org:9093"
  replication_factor = 3
  min_insync         = 2
  sasl_mechanism     = "scram-sha512"
  sasl_username      = "terraform"
}
# For brokers of Kafka 3. With Kafka 4 set it to null: see README.md on rules for principals.
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
release = {
  enabled         = true
  namespace       = "poon-stage"
  context         = "stage"
  image           = { repository = "images.example.org/poon-workers", tag = "stage" }
  database_secret = "poon-database"
  max_replicas    = { receipts = 4, texts = 4, spending = 4 }
}
