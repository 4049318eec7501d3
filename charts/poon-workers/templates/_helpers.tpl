{{- define "poon.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* 40 characters at most: KEDA names an HPA `keda-hpa-NAME`, and a name has 63. */}}
{{- define "poon.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "poon.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "poon.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "poon.selector" -}}
app.kubernetes.io/name: {{ include "poon.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "poon.labels" -}}
{{ include "poon.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Of pods: nothing that changes with every release, or each would start all workers anew. */}}
{{- define "poon.podLabels" -}}
{{ include "poon.selector" . }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "poon.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "poon.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "poon.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{/* What the registry says of the fleet; generated from contracts/topics.py. */}}
{{- define "poon.fleet" -}}
{{ .Files.Get "files/fleet.yaml" }}
{{- end -}}

{{/* The values of one worker, over those of all: include "poon.worker" (dict "root" $ "area" NAME). */}}
{{- define "poon.worker" -}}
{{- mergeOverwrite (deepCopy .root.Values.defaults) (deepCopy (get .root.Values.workers .area | default dict)) | toYaml -}}
{{- end -}}

{{/* A value as text: whole numbers stay whole, for Helm makes 1000000 into 1e+06. */}}
{{- define "poon.text" -}}
{{- if kindIs "float64" . -}}
{{- if eq (floor .) . -}}{{ int64 . }}{{- else -}}{{ . }}{{- end -}}
{{- else -}}{{ . }}{{- end -}}
{{- end -}}

{{/* Seconds of the longest attempt: of all types, and of those that runtime.by_type gives longer. */}}
{{- define "poon.longestAttempt" -}}
{{- $longest := float64 .worker.handlerTimeoutSeconds -}}
{{- $settings := mergeOverwrite (deepCopy .root.Values.settings) (deepCopy .worker.settings) -}}
{{- with get $settings "POON_RUNTIME__BY_TYPE" -}}
{{- range $type, $policy := fromJson . -}}
{{- with get $policy "handler_timeout_seconds" -}}
{{- $longest = maxf $longest . -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- ceil $longest | int64 -}}
{{- end -}}

{{/* After the longest attempt its outcome is stored and published. */}}
{{- define "poon.drain" -}}
{{- add (include "poon.longestAttempt" . | int64) 10 -}}
{{- end -}}

{{/* The pre-stop runs within the grace period; after the drain the process leaves its group. */}}
{{- define "poon.neededGrace" -}}
{{- $fleet := include "poon.fleet" .root | fromYaml -}}
{{- add (include "poon.drain" . | int64) (int64 $fleet.stopMarginSeconds) (int64 .worker.preStopSeconds) -}}
{{- end -}}

{{- define "poon.grace" -}}
{{- .worker.terminationGracePeriodSeconds | default (include "poon.neededGrace" .) | int64 -}}
{{- end -}}

{{- define "poon.partitions" -}}
{{- $fleet := include "poon.fleet" .root | fromYaml -}}
{{- .worker.partitions | default (get $fleet.areas .area).partitions | int64 -}}
{{- end -}}

{{- define "poon.maxReplicas" -}}
{{- .worker.scaling.maxReplicas | default (include "poon.partitions" .) | int64 -}}
{{- end -}}

{{/* Messages of lag for which one replica more is worth it: what one can finish in the time to drain. */}}
{{- define "poon.lagThreshold" -}}
{{- with .worker.scaling -}}
{{- .lagThreshold | default (max 1 (floor (mulf .timeToDrainSeconds .commandsPerSecond) | int64)) | int64 -}}
{{- end -}}
{{- end -}}

{{- define "poon.securityProtocol" -}}
{{- $sasl := .Values.kafka.sasl.mechanism -}}
{{- if .Values.kafka.tls.enabled -}}{{ ternary "SASL_SSL" "SSL" (ne $sasl "") }}
{{- else -}}{{ ternary "SASL_PLAINTEXT" "PLAINTEXT" (ne $sasl "") }}{{- end -}}
{{- end -}}

{{- define "poon.brokers" -}}{{ nospace .Values.kafka.bootstrapServers }}{{- end -}}

{{- define "poon.env.secret" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret }}
      key: {{ .key }}
{{- end -}}

{{/* What every process of the fleet is told; the jobs get no more than this. */}}
{{- define "poon.env.common" -}}
- name: POON_KAFKA__BOOTSTRAP_SERVERS
  value: {{ include "poon.brokers" . | quote }}
- name: POON_KAFKA__GROUP_ID
  value: {{ .Values.kafka.groupId | quote }}
- name: POON_KAFKA__SECURITY_PROTOCOL
  value: {{ include "poon.securityProtocol" . }}
{{- with .Values.kafka.sasl }}
{{- if .mechanism }}
- name: POON_KAFKA__SASL_MECHANISM
  value: {{ .mechanism }}
{{ include "poon.env.secret" (dict "name" "POON_KAFKA__SASL_USERNAME" "secret" .existingSecret "key" .usernameKey) }}
{{ include "poon.env.secret" (dict "name" "POON_KAFKA__SASL_PASSWORD" "secret" .existingSecret "key" .passwordKey) }}
{{- end }}
{{- end }}
{{- with .Values.kafka.tls }}
{{- if and .enabled .existingSecret }}
- name: POON_KAFKA__SSL_CA_FILE
  value: /etc/poon/kafka/ca.pem
{{- if .clientCertificate }}
- name: POON_KAFKA__SSL_CERT_FILE
  value: /etc/poon/kafka/client.pem
- name: POON_KAFKA__SSL_KEY_FILE
  value: /etc/poon/kafka/client.key
{{- if .keyPasswordKey }}
{{ include "poon.env.secret" (dict "name" "POON_KAFKA__SSL_KEY_PASSWORD" "secret" .existingSecret "key" .keyPasswordKey) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{ include "poon.env.secret" (dict "name" "POON_DATABASE__URL" "secret" .Values.database.existingSecret "key" .Values.database.key) }}
- name: POON_DATABASE__ACCEPT_NEWER_SCHEMA
  value: {{ .Values.database.acceptNewerSchema | quote }}
{{- end -}}

{{/* The settings of one worker over those of all: include "poon.env.settings" (dict "root" $ "settings" MAP). */}}
{{- define "poon.env.settings" -}}
{{- range $name, $value := mergeOverwrite (deepCopy .root.Values.settings) (deepCopy .settings) }}
- name: {{ $name }}
  value: {{ include "poon.text" $value | quote }}
{{- end }}
{{- range $name, $from := .root.Values.secretSettings }}
{{ include "poon.env.secret" (dict "name" $name "secret" $from.secret "key" $from.key) }}
{{- end }}
{{- end -}}

{{- define "poon.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "poon.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "poon.mounts" -}}
- name: data
  mountPath: /var/lib/poon
- name: tmp
  mountPath: /tmp
{{- if and .Values.kafka.tls.enabled .Values.kafka.tls.existingSecret }}
- name: kafka-tls
  mountPath: /etc/poon/kafka
  readOnly: true
{{- end }}
{{- end -}}

{{/* include "poon.volumes" (dict "root" $ "size" SIZE) */}}
{{- define "poon.volumes" -}}
- name: data
  emptyDir:
    sizeLimit: {{ .size }}
- name: tmp
  emptyDir:
    sizeLimit: {{ .size }}
{{- with .root.Values.kafka.tls }}
{{- if and .enabled .existingSecret }}
- name: kafka-tls
  secret:
    secretName: {{ .existingSecret }}
    defaultMode: 0440
    items:
      - key: {{ .caKey }}
        path: ca.pem
      {{- if .clientCertificate }}
      - key: {{ .certKey }}
        path: client.pem
      - key: {{ .keyKey }}
        path: client.key
      {{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* A pod that runs one command of the image and ends: include "poon.oneShot" (dict "root" $ "containers" LIST). */}}
{{- define "poon.oneShot" -}}
restartPolicy: {{ .restartPolicy | default "Never" }}
# A hook runs before the chart's own account exists, and none of these asks the API of the cluster anything.
serviceAccountName: default
automountServiceAccountToken: false
# With them a service called `poon` would give the process variables that are no settings, and it would refuse to start.
enableServiceLinks: false
securityContext:
  {{- include "poon.podSecurity" .root | nindent 2 }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .checks }}
initContainers:
  {{- range . }}
  {{- include "poon.oneShot.container" (merge (dict "root" $.root) .) | nindent 2 }}
  {{- end }}
{{- end }}
containers:
  {{- include "poon.oneShot.container" (merge (dict "root" .root) .main) | nindent 2 }}
volumes:
  {{- include "poon.volumes" (dict "root" .root "size" "256Mi") | nindent 2 }}
{{- end -}}

{{- define "poon.oneShot.container" -}}
- name: {{ .name }}
  image: {{ include "poon.image" .root }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args: {{ .args | toJson }}
  env:
    {{- include "poon.env.common" .root | nindent 4 }}
  resources:
    {{- toYaml .root.Values.jobs.resources | nindent 4 }}
  securityContext:
    {{- include "poon.containerSecurity" .root | nindent 4 }}
  volumeMounts:
    {{- include "poon.mounts" .root | nindent 4 }}
{{- end -}}
