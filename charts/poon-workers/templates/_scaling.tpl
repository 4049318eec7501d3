{{/* The metadata of the trigger for one topic, all of it text. */}}
{{- define "poon.kafkaTrigger" -}}
{{- $keda := .root.Values.keda -}}
bootstrapServers: {{ nospace ($keda.bootstrapServers | default .root.Values.kafka.bootstrapServers) | quote }}
consumerGroup: {{ printf "%s.%s" .root.Values.kafka.groupId .area }}
topic: {{ .topic }}
lagThreshold: {{ include "poon.lagThreshold" . | quote }}
activationLagThreshold: {{ .worker.scaling.activationLag | int64 | quote }}
# Where a group has no commit yet, its workers begin with the oldest record.
offsetResetPolicy: earliest
{{- range $flag, $on := .worker.scaling.trigger }}
{{ $flag }}: {{ $on | quote }}
{{- end }}
{{- if $keda.authentication.awsMskIam.enabled }}
tls: enable
sasl: oauthbearer
saslTokenProvider: aws_msk_iam
awsRegion: {{ $keda.authentication.awsMskIam.region }}
{{- else }}
{{- if .root.Values.kafka.tls.enabled }}
tls: enable
{{- end }}
{{- with .root.Values.kafka.sasl.mechanism }}
sasl: {{ get (dict "PLAIN" "plaintext" "SCRAM-SHA-256" "scram_sha256" "SCRAM-SHA-512" "scram_sha512") . }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "poon.triggerAuthentication" -}}
{{- $tls := .Values.kafka.tls -}}
{{- if .Values.keda.authentication.existing.name -}}
name: {{ .Values.keda.authentication.existing.name }}
kind: {{ .Values.keda.authentication.existing.kind }}
{{- else if or .Values.keda.authentication.awsMskIam.enabled .Values.kafka.sasl.mechanism (and $tls.enabled $tls.existingSecret) -}}
name: {{ include "poon.fullname" . }}-kafka
{{- end -}}
{{- end -}}

{{/*
Replicas wanted = what comes in a second / what one worker finishes in a second + lag / what one finishes in the time to
drain. While Prometheus does not answer, only the second part. While the broker does not answer KEDA, only the first, and at
least fallback.replicas: an error here KEDA would take for an area without work, and let it sleep. The hundredth keeps
little lag from being rounded to none, which would let the area sleep with a command waiting: KEDA counts in thousandths.
*/}}
{{- define "poon.formula" -}}
{{- $lags := list -}}
{{- range $index, $topic := .topics -}}{{- $lags = append $lags (printf "lag_%d" $index) -}}{{- end -}}
{{- $unknown := list -}}
{{- range $lags -}}{{- $unknown = append $unknown (printf "%s == nil" .) -}}{{- end -}}
{{- $lag := printf "(%s)" (join " + " $lags) -}}
{{- $known := printf "(arrival ?? 0.0) + %s / %s.0 + (%s > 0.0 ? 0.01 : 0.0)" $lag (include "poon.lagThreshold" .) $lag -}}
{{- printf "%s ? max(arrival ?? 0.0, %d.0) : %s" (join " || " $unknown) (int64 .worker.scaling.fallback.replicas) $known -}}
{{- end -}}

{{/*
What comes in, commands a second. Where no broker's metric is named, what is finished stands for it, over no less than the
time to drain: over a shorter time, the workers that work off a backlog would pass for traffic and call for more of them.
*/}}
{{- define "poon.arrival" -}}
{{- $prometheus := .root.Values.keda.prometheus -}}
{{- if $prometheus.arrival -}}
{{- tpl $prometheus.arrival (dict "area" .area "topics" (join "|" .topics) "Template" .root.Template) -}}
{{- else -}}
{{- $seconds := max 120 (ceil .worker.scaling.timeToDrainSeconds | int64) -}}
{{- printf "sum(rate(poon_commands_settled_total{area=%q,%s}[%ds]))" .area (tpl $prometheus.matchers .root) $seconds -}}
{{- end -}}
{{- end -}}

{{- define "poon.scaledObject" -}}
{{- $scaling := .worker.scaling }}
{{- $prometheus := .root.Values.keda.prometheus.serverAddress }}
{{- $authentication := include "poon.triggerAuthentication" .root }}
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "poon.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .area }}
  {{- if .worker.paused }}
  annotations:
    autoscaling.keda.sh/paused-replicas: "0"
  {{- end }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ .name }}
  minReplicaCount: {{ $scaling.minReplicas }}
  maxReplicaCount: {{ include "poon.maxReplicas" . }}
  pollingInterval: {{ $scaling.pollingIntervalSeconds }}
  cooldownPeriod: {{ $scaling.cooldownSeconds }}
  fallback:
    failureThreshold: {{ $scaling.fallback.failureThreshold }}
    replicas: {{ $scaling.fallback.replicas }}
    behavior: {{ ternary "scalingModifiers" "currentReplicasIfHigher" (ne $prometheus "") }}
  advanced:
    restoreToOriginalReplicaCount: false
    horizontalPodAutoscalerConfig:
      behavior:
        {{- toYaml $scaling.behavior | nindent 8 }}
    {{- if $prometheus }}
    scalingModifiers:
      formula: {{ include "poon.formula" . | quote }}
      # A whole number, or KEDA takes the fallback for none.
      target: "1"
      activationTarget: "0"
      metricType: AverageValue
    {{- end }}
  triggers:
    {{- range $index, $topic := .topics }}
    - type: kafka
      name: lag_{{ $index }}
      metricType: AverageValue
      metadata:
        {{- include "poon.kafkaTrigger" (merge (dict "topic" $topic) $) | nindent 8 }}
      {{- with $authentication }}
      authenticationRef:
        {{- . | nindent 8 }}
      {{- end }}
    {{- end }}
    {{- if $prometheus }}
    - type: prometheus
      name: arrival
      metricType: AverageValue
      metadata:
        serverAddress: {{ $prometheus | quote }}
        query: {{ printf "(%s or vector(0)) / %s" (include "poon.arrival" .) (include "poon.text" $scaling.commandsPerSecond) | quote }}
        threshold: "1"
        # An answer without a number is no answer: lag alone decides then.
        ignoreNullValues: "false"
        timeout: "3000"
    {{- end }}
{{- end -}}
