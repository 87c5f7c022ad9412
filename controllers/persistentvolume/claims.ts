/** A claim's turn: what claim-plan.ts decides, written. */
import { semanticEqual } from '../../api/json.js';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/types.js';
import { selectedNodeAnnotation } from '../../api/volumes/claims.js';
import type { Name } from '../../client/client.js';
import { nodes, persistentVolumeClaims, persistentVolumes, pods, storageClasses } from '../../client/resources.js';
import type { Context, Outcome } from '../../client/runtime/controller.js';
import { keyOf } from '../keys.js';
import { except, isAlreadyExists, isNotFound } from '../refusals.js';
import { boundTo, planForClaim, promisedTo } from './claim-plan.js';
import { folderFor, localFolder } from './local-folder.js';

export async function settleClaim(name: Name, context: Context): Promise<Outcome> {
  const { read, write } = context;
  const claim = read.get(persistentVolumeClaims, name);
  if (!claim) return undefined;
  const plan = planForClaim(claim, {
    volumes: read.list(persistentVolumes),
    volume: volume => read.get(persistentVolumes, { name: volume }),
    storageClass: storageClass => read.get(storageClasses, { name: storageClass }),
    waiting: read
      .byIndex(pods, 'claims', keyOf(claim))
      .filter(({ spec }) => !spec?.nodeName)
      .map(({ metadata }) => metadata.name ?? ''),
  });
  switch (plan.do) {
    case 'bind':
      await bind(claim, plan.volume, context);
      return undefined;
    case 'provision':
      return provision(claim, plan.storageClass, context);
    case 'wait':
      if (plan.news) write.event(claim, plan.news.type, plan.news.reason, plan.news.message);
      await reportClaim(claim, { phase: 'Pending' }, context);
      return undefined;
    case 'lose':
      if (claim.status?.phase !== 'Lost') write.event(claim, plan.news.type, plan.news.reason, plan.news.message);
      await reportClaim(claim, { phase: 'Lost' }, context);
      return undefined;
  }
}

/** First the volume is the claim's, then the claim has the volume: whoever comes second finds that it is taken. */
async function bind(claim: PersistentVolumeClaim, volume: PersistentVolume, context: Context): Promise<void> {
  const { write } = context;
  let taken = promisedTo(volume, claim);
  if (taken !== volume) taken = await write.update(persistentVolumes, taken);
  if (taken.status?.phase !== 'Bound') {
    await write.updateStatus(persistentVolumes, { ...taken, status: { phase: 'Bound' } });
  }
  let bound = boundTo(claim, taken);
  if (bound !== claim) bound = await write.update(persistentVolumeClaims, bound);
  const { accessModes = [], capacity = {} } = taken.spec ?? {};
  const isFirst = bound.status?.phase !== 'Bound';
  // What it grew to, or is about to, is told by whoever makes it grow.
  await reportClaim(bound, { phase: 'Bound', accessModes, ...(isFirst ? { capacity } : {}) }, context);
}

async function reportClaim(
  claim: PersistentVolumeClaim,
  news: NonNullable<PersistentVolumeClaim['status']>,
  { write }: Context,
): Promise<void> {
  const { accessModes, capacity, ...others } = claim.status ?? {};
  const kept = news.phase === 'Bound' && capacity ? { capacity } : {};
  const status = { ...others, ...kept, ...news };
  if (semanticEqual(status, claim.status)) return;
  await write.updateStatus(persistentVolumeClaims, { ...claim, status }).catch(except(isNotFound));
}

const provisionerAnnotations = [
  'volume.kubernetes.io/storage-provisioner',
  'volume.beta.kubernetes.io/storage-provisioner',
];

/** Makes the volume, or names on the claim the one who will. */
async function provision(claim: PersistentVolumeClaim, storageClass: StorageClass, context: Context): Promise<Outcome> {
  const { write } = context;
  const { provisioner } = storageClass;
  if (provisioner === 'kubernetes.io/no-provisioner') {
    const message = `no volume plugin matched name: ${provisioner}`;
    write.event(claim, 'Warning', 'ProvisioningFailed', message);
    return reportClaim(claim, { phase: 'Pending' }, context);
  }
  const asked = await asking(claim, provisioner, context);
  if (provisioner !== localFolder) {
    const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
    write.event(claim, 'Normal', 'ExternalProvisioning', message);
    return reportClaim(asked, { phase: 'Pending' }, context);
  }
  await makeFolder(asked, storageClass, context);
  return undefined;
}

async function asking(claim: PersistentVolumeClaim, provisioner: string, { write }: Context) {
  const before = claim.metadata.annotations ?? {};
  if (provisionerAnnotations.every(name => before[name] === provisioner)) return claim;
  const annotations = { ...before, ...Object.fromEntries(provisionerAnnotations.map(name => [name, provisioner])) };
  return write.update(persistentVolumeClaims, { ...claim, metadata: { ...claim.metadata, annotations } });
}

async function makeFolder(claim: PersistentVolumeClaim, storageClass: StorageClass, context: Context): Promise<void> {
  const { read, write } = context;
  const selected = claim.metadata.annotations?.[selectedNodeAnnotation] ?? '';
  const volume = folderFor(claim, storageClass, read.get(nodes, { name: selected }));
  if (typeof volume !== 'string') {
    await write.create(persistentVolumes, volume).catch(except(isAlreadyExists));
    const message = `Successfully provisioned volume ${volume.metadata.name} using ${localFolder}`;
    write.event(claim, 'Normal', 'ProvisioningSucceeded', message);
    return;
  }
  const message = `Failed to provision volume with StorageClass "${storageClass.metadata.name}": ${volume}`;
  write.event(claim, 'Warning', 'ProvisioningFailed', message);
  if (!selected) return;
  // The scheduler is told to place the pod anew.
  const { [selectedNodeAnnotation]: _, ...annotations } = claim.metadata.annotations ?? {};
  await write.update(persistentVolumeClaims, { ...claim, metadata: { ...claim.metadata, annotations } });
}
