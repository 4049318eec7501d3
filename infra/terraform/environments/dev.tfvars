# One broker, nothing secured, few workers: a cluster on one machine, or the compose file's services.
kafka = {
  bootstrap_servers  = "localhost:9092"
  replication_factor = 1
  min_insync         = 1
  tls                = false
}
access = null
database = {
  server = { host = "localhost", user = "postgres" }
  name   = "poon"
}
# Remembered in each process, and files in a folder.
cache   = null
objects = null
release = {
  enabled         = false
  namespace       = "poon-dev"
  image           = { repository = "poon-workers", tag = "dev" }
  database_secret = "poon-database"
  max_replicas    = { receipts = 1, texts = 1, spending = 1 }
}
