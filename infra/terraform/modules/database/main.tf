# By psql, which every server understands, managed or not; nothing but a name of a role is in the state.

locals {
  roles = { for role in ["owner", "worker", "privacy", "operator", "reader"] : role => "${var.name}_${role}" }

  psql = {
    PGHOST     = var.server.host
    PGPORT     = tostring(var.server.port)
    PGUSER     = var.server.user
    PGDATABASE = var.server.database
  }
  # Nobody's settings, the first mistake ends it, and all of a file or nothing.
  command = "printf '%s' \"$POON_SQL\" | psql --no-psqlrc --quiet --no-password --set ON_ERROR_STOP=1"

  made = templatefile("${path.module}/made.sql.tftpl", { database = var.name, roles = local.roles })
  held = templatefile("${path.module}/held.sql.tftpl", { database = var.name, roles = local.roles, logins = var.logins })
  # As JSON in the statement: names are compared there with what there is, and quoted by the server.
  granted = templatefile("${path.module}/granted.sql.tftpl", { roles = local.roles, rights = jsonencode(local.rights) })
}

resource "terraform_data" "made" {
  triggers_replace = [local.made, local.psql]

  provisioner "local-exec" {
    command     = local.command
    environment = merge(local.psql, { POON_SQL = local.made })
  }
}

resource "terraform_data" "held" {
  triggers_replace = [local.held, terraform_data.made.id]

  provisioner "local-exec" {
    command     = "${local.command} --single-transaction"
    environment = merge(local.psql, { PGDATABASE = var.name, POON_SQL = local.held })
  }
}

resource "terraform_data" "granted" {
  count            = var.schema_revision == null ? 0 : 1
  triggers_replace = [local.granted, var.schema_revision, terraform_data.held.id]

  provisioner "local-exec" {
    command     = "${local.command} --single-transaction"
    environment = merge(local.psql, { PGDATABASE = var.name, POON_SQL = local.granted })
  }
}
