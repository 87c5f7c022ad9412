/**
 * Versions that Kubernetes has given up, and that clients of 1.20 to 1.25 still ask for. What has today's shape is
 * today's row by another name; what had another is converted. (EndpointSlices, CronJobs, budgets and autoscalers stand
 * beside their kinds.)
 */
import { apiServiceRow } from '../apiservice.js';
import { storedAs } from '../conversion.js';
import { newerEventV1beta1Row } from '../events/row.js';
import { flowSchemaRow } from '../flowcontrol/flowschema.js';
import { priorityLevelConfigurationRow } from '../flowcontrol/prioritylevel.js';
import { leaseRow } from '../lease.js';
import { ingressClassRow } from '../networking/ingressclass.js';
import { clusterRoleBindingRow, roleBindingRow } from '../rbac/bindings.js';
import { clusterRoleRow, roleRow } from '../rbac/roles.js';
import type { KindRow } from '../row.js';
import { runtimeClassRow } from '../runtimeclass.js';
import { priorityClassRow } from '../scheduling/priorityclass.js';
import { csiDriverRow } from '../storage/csidriver.js';
import { csiNodeRow } from '../storage/csinode.js';
import { csiStorageCapacityRow } from '../storage/csistoragecapacity.js';
import { storageClassRow } from '../storage/storageclass.js';
import { volumeAttachmentRow } from '../storage/volumeattachment.js';
import { ingressV1beta1Row } from './ingress.js';
import { priorityLevelIn } from './prioritylevel.js';

function byAnotherName(row: KindRow, version: string): KindRow {
  const name = { group: row.group, version, kind: row.kind };
  return { ...row, ...name, conversion: storedAs(row, name) };
}

const unchanged: readonly KindRow[] = [
  ...[leaseRow, priorityClassRow, runtimeClassRow, apiServiceRow, ingressClassRow],
  ...[clusterRoleBindingRow, clusterRoleRow, roleBindingRow, roleRow],
  ...[csiDriverRow, csiNodeRow, csiStorageCapacityRow, storageClassRow, volumeAttachmentRow],
];

export const formerKinds: readonly KindRow[] = [
  ...unchanged.map(row => byAnotherName(row, 'v1beta1')),
  newerEventV1beta1Row,
  ingressV1beta1Row,
  byAnotherName(priorityLevelConfigurationRow, 'v1beta3'),
  priorityLevelIn('v1beta2'),
  priorityLevelIn('v1beta1'),
  ...['v1beta3', 'v1beta2', 'v1beta1'].map(version => byAnotherName(flowSchemaRow, version)),
];
