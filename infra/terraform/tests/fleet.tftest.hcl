# Run once for each environment, by `make terraform-check`. Without a broker: its provider is asked for its schema only.

mock_provider "kafka" {}

run "topics_are_those_of_the_registry" {
  command = plan

  assert {
    condition = alltrue([for topic in jsondecode(file("modules/topics/registry.json")).topics :
    output.topics[topic.name] == topic.partitions])
    error_message = "A topic of the registry is missing, or has another number of partitions."
  }

  assert {
    condition     = length(output.topics) == length(jsondecode(file("modules/topics/registry.json")).topics) + length(var.reply_callers)
    error_message = "There is a topic that is neither in the registry nor a caller's."
  }
}

run "the_chart_is_told_what_it_has_to_know" {
  command = plan

  assert {
    condition     = yamldecode(output.chart_values).kafka.bootstrapServers == var.kafka.bootstrap_servers
    error_message = "The fleet would look for another broker than the topics are on."
  }

  assert {
    condition     = alltrue([for area, replicas in var.release.max_replicas : yamldecode(output.chart_values).workers[area].scaling.maxReplicas == replicas])
    error_message = "The chart would scale to something else."
  }
}
