/** A volume's turn: what volume-plan.ts decides, written; and what was released, reclaimed. */
import type { PersistentVolume, Pod } from '../../api/types.js';
import { nodes, persistentVolumeClaims, persistentVolumes, pods } from '../../client/resources.js';
import type { Context, Outcome } from '../../client/runtime/controller.js';
import { named } from '../keys.js';
import { isTerminating } from '../pod-state.js';
import { except, isAlreadyExists, isNotFound } from '../refusals.js';
import { cleanerNamespace, cleanerOf, folderNodeOf, isLocalFolder, provisionedBy } from './local-folder.js';
import { planForVolume } from './volume-plan.js';

export async function settleVolume(name: string, context: Context): Promise<Outcome> {
  const { read, write } = context;
  const volume = read.get(persistentVolumes, { name });
  if (!volume) return sweep(name, context);
  const reference = volume.spec?.claimRef;
  const of = { namespace: reference?.namespace ?? '', name: reference?.name ?? '' };
  const cached = reference && read.get(persistentVolumeClaims, of);
  const isSettled = volume.status?.phase === 'Released' || volume.status?.phase === 'Failed';
  // Whether it is gone for good is looked at live: what is released may be deleted.
  const mustAsk = reference?.uid && cached?.metadata.uid !== reference.uid && !isSettled;
  const claim = mustAsk ? await write.getLive(persistentVolumeClaims, of) : cached;
  const plan = planForVolume(volume, claim);
  switch (plan.do) {
    case 'phase':
      await reportVolume(volume, plan.phase, undefined, context);
      return undefined;
    case 'offer': {
      const free = await write.update(persistentVolumes, plan.volume);
      await reportVolume(free, 'Available', undefined, context);
      return undefined;
    }
    case 'reclaim':
      return reclaim(volume, context);
    case 'leave':
      return undefined;
  }
}

async function reportVolume(
  volume: PersistentVolume,
  phase: string,
  failure: { reason: string; message: string } | undefined,
  { write }: Context,
): Promise<PersistentVolume> {
  const { phase: before, reason, message } = volume.status ?? {};
  if (before === phase && reason === failure?.reason && message === failure?.message) return volume;
  const status = { phase, ...failure };
  const written = await write.updateStatus(persistentVolumes, { ...volume, status }).catch(except(isNotFound));
  return written ?? volume;
}

async function reclaim(volume: PersistentVolume, context: Context): Promise<Outcome> {
  // On its way out already: what is on it is left as it is.
  if (isTerminating(volume)) return undefined;
  const phase = volume.status?.phase;
  const released =
    phase === 'Released' || phase === 'Failed' ? volume : await reportVolume(volume, 'Released', undefined, context);
  switch (volume.spec?.persistentVolumeReclaimPolicy) {
    case 'Delete':
      return isLocalFolder(volume) ? removeFolder(released, context) : leaveToProvisioner(released, context);
    case 'Recycle': {
      const why = 'reclaim policy Recycle is not supported: use Retain, or Delete with a class that can';
      return fail(released, 'VolumeFailedRecycle', why, context);
    }
    default:
      return undefined;
  }
}

async function fail(volume: PersistentVolume, reason: string, message: string, context: Context): Promise<Outcome> {
  if (volume.status?.message === message) return undefined;
  await reportVolume(volume, 'Failed', { reason, message }, context);
  context.write.event(volume, 'Warning', reason, message);
  return undefined;
}

/** A volume that somebody else made is deleted by him, who watches for it; one that nobody made by nobody. */
async function leaveToProvisioner(volume: PersistentVolume, context: Context): Promise<Outcome> {
  const provisioner = volume.metadata.annotations?.[provisionedBy];
  if (provisioner === undefined) {
    const why = `error getting deleter volume plugin for volume "${volume.metadata.name}": no deletable volume plugin matched`;
    return fail(volume, 'VolumeFailedDelete', why, context);
  }
  const message = `waiting for a volume to be deleted, either by external provisioner "${provisioner}" or manually by system administrator`;
  context.write.event(volume, 'Normal', 'VolumeDelete', message);
  return undefined;
}

/** First what was written there, then the volume itself, then the pod that did it. */
async function removeFolder(volume: PersistentVolume, context: Context): Promise<Outcome> {
  const { read, write } = context;
  const cleaner = cleanerOf(volume);
  const running = read.get(pods, named(cleaner));
  const isThere = read.get(nodes, { name: folderNodeOf(volume) }) !== undefined;
  if (!isThere || running?.status?.phase === 'Succeeded') {
    const preconditions = { uid: volume.metadata.uid ?? '' };
    await write.delete(persistentVolumes, named(volume), { preconditions });
    return running && remove(running, context);
  }
  if (!running) await write.create(pods, cleaner).catch(except(isAlreadyExists));
  if (running?.status?.phase !== 'Failed') return undefined;
  const why = `pod ${cleanerNamespace}/${running.metadata.name} could not remove the folder ${volume.spec?.hostPath?.path}: ${running.status.message ?? 'see its log'}`;
  await fail(volume, 'VolumeFailedDelete', why, context);
  await remove(running, context);
  return undefined;
}

async function remove(pod: Pod, { write }: Context): Promise<void> {
  await write.delete(pods, named(pod), { preconditions: { uid: pod.metadata.uid ?? '' } });
}

/** The volume is gone: so is the pod that emptied it. */
async function sweep(name: string, context: Context): Promise<void> {
  const pod = context.read.get(pods, { namespace: cleanerNamespace, name: `clean-${name}` });
  if (pod && !isTerminating(pod)) await remove(pod, context);
}
