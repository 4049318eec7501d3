{{- define "poon.monitoring.labels" -}}
{{ mergeOverwrite (include "poon.labels" .root | fromYaml) .own | toYaml }}
{{- end -}}

{{/* Within the quotes of JSON. */}}
{{- define "poon.monitoring.quoted" -}}
{{- . | toJson | trimPrefix "\"" | trimSuffix "\"" -}}
{{- end -}}

{{/* Rules as JSON, with the names of this release in the place of the words in capitals. */}}
{{- define "poon.monitoring.named" -}}
{{- $rules := .root.Values.monitoring.rules -}}
{{- .text
  | replace "POON_NAMESPACE" .root.Release.Namespace
  | replace "POON_FULLNAME" (include "poon.fullname" .root)
  | replace "POON_MATCHERS" (include "poon.monitoring.quoted" (tpl $rules.matchers .root))
  | replace "POON_GROUP" .root.Values.kafka.groupId
  | replace "POON_RUNBOOKS" (include "poon.monitoring.quoted" (trimSuffix "/" $rules.runbookUrl)) -}}
{{- end -}}

{{- define "poon.monitoring.groups" -}}
{{- $known := .Files.Get "files/rules.yaml" | fromYaml -}}
{{- $groups := list (dict "name" "poon" "interval" "30s" "rules" $known.poon) -}}
{{- if .Values.keda.enabled -}}
{{- $groups = append $groups (dict "name" "keda" "interval" "30s" "rules" (concat (include "poon.monitoring.targets" . | fromYamlArray) $known.keda)) -}}
{{- end -}}
{{- if .Values.monitoring.rules.kafkaExporter -}}
{{- $groups = append $groups (dict "name" "kafka" "interval" "30s" "rules" $known.kafkaExporter) -}}
{{- end -}}
{{- include "poon.monitoring.named" (dict "root" . "text" ($groups | toJson)) | fromJsonArray | toYaml -}}
{{- end -}}

{{/* How fast each area's backlog is to be gone, as a series: alerts compare with it. */}}
{{- define "poon.monitoring.targets" -}}
{{- range $area := keys .Values.workers | sortAlpha }}
{{- $worker := include "poon.worker" (dict "root" $ "area" $area) | fromYaml }}
{{- if $worker.enabled }}
- record: area:poon_drain_target:seconds
  expr: vector({{ include "poon.text" $worker.scaling.timeToDrainSeconds }})
  labels: {area: {{ $area }}, namespace: POON_NAMESPACE}
{{- end }}
{{- end }}
{{- end -}}
