/** Every built-in kind, and how to find one. Of a kind with several versions, the one that stores comes first. */

import {
  mutatingAdmissionPolicyBindingRow,
  validatingAdmissionPolicyBindingRow,
} from './admissionregistration/bindings.js';
import { mutatingAdmissionPolicyRow, validatingAdmissionPolicyRow } from './admissionregistration/policies.js';
import {
  mutatingWebhookConfigurationRow,
  validatingWebhookConfigurationRow,
} from './admissionregistration/webhooks.js';
import { apiServiceRow } from './apiservice.js';
import { controllerRevisionRow } from './apps/controllerrevision.js';
import { daemonSetRow } from './apps/daemonset.js';
import { deploymentRow } from './apps/deployment.js';
import { replicaSetRow } from './apps/replicaset.js';
import { statefulSetRow } from './apps/statefulset.js';
import { horizontalPodAutoscalerRow, horizontalPodAutoscalerV2beta2Row } from './autoscaling/row.js';
import { horizontalPodAutoscalerV1Row } from './autoscaling/v1.js';
import { cronJobRow, cronJobV1beta1Row } from './batch/cronjob.js';
import { jobRow } from './batch/job.js';
import { bindingRow } from './binding.js';
import { certificateSigningRequestRow } from './certificatesigningrequest/row.js';
import { componentStatusRow } from './componentstatus.js';
import { configMapRow } from './configmap.js';
import { customResourceDefinitionRow } from './customresourcedefinition/row.js';
import { endpointsRow } from './endpoints.js';
import { endpointSliceRow } from './endpointslice/row.js';
import { endpointSliceV1beta1Row } from './endpointslice/v1beta1.js';
import { eventRow } from './event.js';
import { newerEventRow } from './events/row.js';
import { flowSchemaRow } from './flowcontrol/flowschema.js';
import { priorityLevelConfigurationRow } from './flowcontrol/prioritylevel.js';
import { formerKinds } from './former/index.js';
import { leaseRow } from './lease.js';
import { limitRangeRow } from './limitrange/row.js';
import { nodeMetricsRow, podMetricsRow } from './metrics/rows.js';
import { namespaceRow } from './namespace.js';
import { ingressRow } from './networking/ingress/row.js';
import { ingressClassRow } from './networking/ingressclass.js';
import { ipAddressRow } from './networking/ipaddress.js';
import { networkPolicyRow } from './networking/networkpolicy.js';
import { serviceCidrRow } from './networking/servicecidr.js';
import { nodeRow } from './node/row.js';
import { persistentVolumeRow } from './persistentvolume/row.js';
import { persistentVolumeClaimRow } from './persistentvolumeclaim/row.js';
import { podRow } from './pod/row.js';
import { podTemplateRow } from './podtemplate.js';
import { podDisruptionBudgetRow, podDisruptionBudgetV1beta1Row } from './policy/poddisruptionbudget.js';
import { clusterRoleBindingRow, roleBindingRow } from './rbac/bindings.js';
import { clusterRoleRow, roleRow } from './rbac/roles.js';
import { replicationControllerRow } from './replicationcontroller/row.js';
import { resourceQuotaRow } from './resourcequota/row.js';
import {
  localSubjectAccessReviewRow,
  selfSubjectAccessReviewRow,
  selfSubjectReviewRow,
  selfSubjectRulesReviewRow,
  subjectAccessReviewRow,
  tokenReviewRow,
} from './review/rows.js';
import type { KindRow } from './row.js';
import { runtimeClassRow } from './runtimeclass.js';
import { priorityClassRow } from './scheduling/priorityclass.js';
import { secretRow } from './secret.js';
import { serviceRow } from './service/row.js';
import { serviceAccountRow } from './serviceaccount.js';
import { csiDriverRow } from './storage/csidriver.js';
import { csiNodeRow } from './storage/csinode.js';
import { csiStorageCapacityRow } from './storage/csistoragecapacity.js';
import { storageClassRow } from './storage/storageclass.js';
import { volumeAttachmentRow } from './storage/volumeattachment.js';
import { volumeAttributesClassRow } from './storage/volumeattributesclass.js';

export const builtinKinds: readonly KindRow[] = [
  bindingRow,
  componentStatusRow,
  nodeMetricsRow,
  podMetricsRow,
  configMapRow,
  endpointsRow,
  eventRow,
  limitRangeRow,
  namespaceRow,
  nodeRow,
  persistentVolumeRow,
  persistentVolumeClaimRow,
  podRow,
  podTemplateRow,
  replicationControllerRow,
  resourceQuotaRow,
  secretRow,
  serviceRow,
  serviceAccountRow,
  controllerRevisionRow,
  daemonSetRow,
  deploymentRow,
  replicaSetRow,
  statefulSetRow,
  selfSubjectReviewRow,
  tokenReviewRow,
  localSubjectAccessReviewRow,
  selfSubjectAccessReviewRow,
  selfSubjectRulesReviewRow,
  subjectAccessReviewRow,
  horizontalPodAutoscalerRow,
  horizontalPodAutoscalerV1Row,
  horizontalPodAutoscalerV2beta2Row,
  cronJobRow,
  cronJobV1beta1Row,
  jobRow,
  podDisruptionBudgetRow,
  podDisruptionBudgetV1beta1Row,
  leaseRow,
  endpointSliceRow,
  endpointSliceV1beta1Row,
  clusterRoleBindingRow,
  clusterRoleRow,
  roleBindingRow,
  roleRow,
  priorityClassRow,
  runtimeClassRow,
  csiDriverRow,
  csiNodeRow,
  csiStorageCapacityRow,
  storageClassRow,
  volumeAttachmentRow,
  volumeAttributesClassRow,
  ingressRow,
  ingressClassRow,
  ipAddressRow,
  networkPolicyRow,
  serviceCidrRow,
  customResourceDefinitionRow,
  apiServiceRow,
  certificateSigningRequestRow,
  mutatingAdmissionPolicyRow,
  mutatingAdmissionPolicyBindingRow,
  mutatingWebhookConfigurationRow,
  validatingAdmissionPolicyRow,
  validatingAdmissionPolicyBindingRow,
  validatingWebhookConfigurationRow,
  newerEventRow,
  flowSchemaRow,
  priorityLevelConfigurationRow,
  ...formerKinds,
];

/** By the plural in a path ('pods'), or by the kind in a body ('Pod'); any version where none is said. */
export interface KindQuery {
  group: string;
  version?: string;
  plural?: string;
  kind?: string;
}

/** The row that matches all that is asked; undefined when there is none. */
export function findKind(query: KindQuery, rows: readonly KindRow[] = builtinKinds): KindRow | undefined {
  return rows.find(
    row =>
      row.group === query.group &&
      (query.version === undefined || row.version === query.version) &&
      (query.plural === undefined || row.plural === query.plural) &&
      (query.kind === undefined || row.kind === query.kind),
  );
}

/** The group and version of 'v1' or 'rbac.authorization.k8s.io/v1'. */
export function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** The row of an object's own apiVersion and kind. */
export const kindOf = (
  object: { apiVersion: string; kind: string },
  rows: readonly KindRow[] = builtinKinds,
): KindRow | undefined => findKind({ ...splitApiVersion(object.apiVersion), kind: object.kind }, rows);
