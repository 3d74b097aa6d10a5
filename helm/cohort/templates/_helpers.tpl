{{- define "cohort.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "cohort.operator" -}}
{{- printf "%s-operator" (include "cohort.fullname" .) -}}
{{- end -}}

{{/* Names of objects that belong to no namespace: two releases of one name may stand in two namespaces. */}}
{{- define "cohort.clusterName" -}}
{{- printf "%s:%s" .Release.Namespace (include "cohort.operator" .) -}}
{{- end -}}

{{- define "cohort.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "cohort.operator" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* The operator's own NetworkPolicies of ensembles let these pods in. */}}
{{- define "cohort.selector" -}}
app.kubernetes.io/name: cohort
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end -}}

{{- define "cohort.commonLabels" -}}
app.kubernetes.io/part-of: cohort
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .Values.extraLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "cohort.labels" -}}
{{ include "cohort.selector" . }}
{{ include "cohort.commonLabels" . }}
{{- end -}}

{{/* Not the operator's component: no Service, budget or policy may select these pods. */}}
{{- define "cohort.testLabels" -}}
app.kubernetes.io/name: cohort
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: test
{{ include "cohort.commonLabels" . }}
{{- end -}}

{{/* A list: the values, and the image's part in them. */}}
{{- define "cohort.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- $name := $image.repository -}}
{{- if $root.Values.images.registry -}}
{{- $name = printf "%s/%s" $root.Values.images.registry $image.repository -}}
{{- end -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $name $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name (default $root.Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "cohort.namespaces" -}}
{{- if eq .Values.watch.scope "All" -}}
*
{{- else if eq .Values.watch.scope "List" -}}
{{- join "," .Values.watch.namespaces -}}
{{- else -}}
{{- .Release.Namespace -}}
{{- end -}}
{{- end -}}

{{/* The rules of one Role of files/roles.yaml; a list: the root, the Role's name. */}}
{{- define "cohort.rules" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- range splitList "\n---\n" ($root.Files.Get "files/roles.yaml") -}}
{{- $role := fromYaml . -}}
{{- if eq $role.metadata.name $name -}}
{{- toYaml $role.rules -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* All rules for a namespace whose ensembles are served. */}}
{{- define "cohort.namespaceRules" -}}
{{- include "cohort.rules" (list . "cohort-operator") }}
{{- $switches := dict "monitoring.coreos.com" .Values.rbac.podMonitors "cert-manager.io" .Values.rbac.certificates -}}
{{- range $rule := fromYamlArray (include "cohort.rules" (list . "cohort-operator-optional")) }}
{{- if get $switches (first $rule.apiGroups) }}
{{ toYaml (list $rule) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "cohort.subject" -}}
- kind: ServiceAccount
  name: {{ include "cohort.serviceAccount" . }}
  namespace: {{ .Release.Namespace }}
{{- end -}}
