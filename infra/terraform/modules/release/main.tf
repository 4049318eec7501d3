# By Helm's own program, which knows charts better than anybody: namespace and release in one, taken back if it fails.

locals {
  image = { for name, value in var.release.image : name => value if value != null }
  values = yamlencode({
    image    = local.image
    kafka    = { bootstrapServers = var.kafka.bootstrap_servers, groupId = var.kafka.group_id }
    database = { existingSecret = var.release.database_secret }
    workers  = { for area, replicas in var.release.max_replicas : area => { scaling = { maxReplicas = replicas } } }
  })
  chart = "${path.module}/../../../../charts/poon-workers"
  # What the chart is made of: another chart is another release, whatever its version says.
  chart_hash = sha256(join("", [for file in sort(fileset(local.chart, "**")) : filesha256("${local.chart}/${file}")]))

  helm = {
    POON_RELEASE   = var.release.name
    POON_NAMESPACE = var.release.namespace
    POON_CONTEXT   = coalesce(var.release.context, "-")
    POON_TIMEOUT   = "${var.release.timeout_seconds}s"
  }
}

resource "terraform_data" "release" {
  count            = var.release.enabled ? 1 : 0
  input            = local.helm
  triggers_replace = [var.release.namespace, var.release.name, var.release.context]

  provisioner "local-exec" {
    when        = destroy
    command     = "${path.module}/helm.sh uninstall"
    environment = self.output
  }
}

resource "terraform_data" "upgrade" {
  count            = var.release.enabled ? 1 : 0
  triggers_replace = [terraform_data.release[0].id, local.values, var.release.values, local.chart_hash]

  provisioner "local-exec" {
    command     = "${path.module}/helm.sh upgrade"
    environment = merge(local.helm, { POON_CHART = local.chart, POON_VALUES = local.values, POON_MORE_VALUES = var.release.values })
  }
}
