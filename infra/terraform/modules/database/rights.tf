# What each role may do, table by table: docs/operators.md and docs/privacy.md say why. The owner, who migrates, may do
# everything; the reader (queries, exports, backups) may read everything.

locals {
  read    = "SELECT"
  append  = "SELECT, INSERT"
  replace = "SELECT, INSERT, UPDATE"
  remove  = "SELECT, INSERT, UPDATE, DELETE"

  worker_rights = {
    events                 = local.append
    spending_entries       = local.replace
    category_mappings      = local.replace
    duplicate_pairs        = local.replace
    dead_letters           = local.append
    owner_erasures         = local.read
    owner_keys             = local.replace
    sealing_walks          = local.read
    workflow_runs          = local.remove
    workflow_timers        = local.remove
    projection_generations = local.replace
    projection_streams     = local.remove
    spending_months        = local.remove
    spending_merchants     = local.remove
    processing_quality     = local.remove
    alembic_version        = local.read
    schema_floor           = local.read
  }

  rights = {
    worker = local.worker_rights
    # Erases, so it alone deletes what is an owner's.
    privacy = merge({ for table in keys(local.worker_rights) : table => local.remove }, {
      projection_generations = local.read
      processing_quality     = local.read
      alembic_version        = local.read
      schema_floor           = local.read
      owner_erasures         = local.replace
      owner_keys             = local.replace
    })
    # `poon dlq`, which redrives.
    operator = {
      events          = local.read
      dead_letters    = "SELECT, UPDATE"
      owner_keys      = local.replace
      alembic_version = local.read
      schema_floor    = local.read
    }
  }
}
