# By redis-cli, which every server understands that lets users be made; no password is in the state, nor in an argument.

locals {
  redis = {
    POON_REDIS_HOST = var.server.host
    POON_REDIS_PORT = tostring(var.server.port)
    POON_REDIS_USER = coalesce(var.server.user, "-")
    POON_REDIS_TLS  = tostring(var.server.tls)
    POON_REDIS_CA   = coalesce(var.server.ca_file, "-")
  }
  script = "${path.module}/redis.sh"
}

resource "terraform_data" "user" {
  for_each         = var.users
  input            = merge(local.redis, { POON_LOGIN = each.key })
  triggers_replace = [var.server.host, var.server.port]

  provisioner "local-exec" {
    when        = destroy
    command     = "${path.module}/redis.sh forget"
    environment = self.output
  }
}

resource "terraform_data" "rights" {
  for_each         = var.users
  triggers_replace = [terraform_data.user[each.key].id, local.access[each.value.role], each.value.password_revision]

  provisioner "local-exec" {
    command = "${local.script} allow"
    environment = merge(local.redis, {
      POON_LOGIN       = each.key
      POON_ACCESS      = local.access[each.value.role]
      POON_PASSWORD_IN = "POON_CACHE_PASSWORD_${upper(replace(each.key, "-", "_"))}"
    })
  }
}

resource "terraform_data" "memory" {
  triggers_replace = [local.redis, var.memory]

  provisioner "local-exec" {
    command = "${local.script} memory"
    environment = merge(local.redis, {
      POON_MEMORY_BYTES  = var.memory == null ? "-" : tostring(var.memory.bytes)
      POON_MEMORY_POLICY = var.memory == null ? "-" : var.memory.policy
    })
  }
}
