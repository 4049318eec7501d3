provider "kafka" {
  bootstrap_servers = split(",", replace(var.kafka.bootstrap_servers, " ", ""))
  # Of what the provider speaks: its own default is older than what a broker of Kafka 4 understands.
  kafka_version  = "3.6.0"
  tls_enabled    = var.kafka.tls
  ca_cert        = var.kafka.ca_certificate
  sasl_mechanism = var.kafka.sasl_mechanism
  sasl_username  = var.kafka.sasl_username
  sasl_password  = var.kafka_password
}

module "topics" {
  source = "./modules/topics"

  replication_factor = var.kafka.replication_factor
  min_insync         = var.kafka.min_insync
  reply_callers      = var.reply_callers
  group_id           = var.kafka.group_id
  access             = var.access
}

module "database" {
  source = "./modules/database"

  server          = var.database.server
  name            = var.database.name
  logins          = var.database.logins
  schema_revision = var.database.schema_revision
}

module "cache" {
  source = "./modules/cache"
  count  = var.cache == null ? 0 : 1

  server = var.cache.server
  users  = var.cache.users
  memory = var.cache.memory
}

module "objects" {
  source = "./modules/objects"
  count  = var.objects == null ? 0 : 1

  server             = var.objects.server
  bucket             = var.objects.bucket
  prefix             = var.objects.prefix
  encryption_key     = var.objects.encryption_key
  keep_versions_days = var.objects.keep_versions_days
  expire_days        = var.objects.expire_days
  principals         = var.objects.principals
}

module "release" {
  source = "./modules/release"

  # What the fleet stands on comes first; what the chart may scale to follows from the topics there are.
  partitions = module.topics.partitions
  kafka      = { bootstrap_servers = var.kafka.bootstrap_servers, group_id = var.kafka.group_id }
  release    = var.release
  depends_on = [module.database, module.cache, module.objects]
}
