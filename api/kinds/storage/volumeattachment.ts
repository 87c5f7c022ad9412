import { fill, semanticEqual } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { VolumeAttachment } from '../../types.js';
import { complaints, forbiddenField, immutable, notSupported, required, tooLong } from '../../validation/errors.js';
import { dns1123Subdomain } from '../../validation/strings.js';
import { ageColumn, flag, nameColumn, text } from '../columns.js';
import { defineKind } from '../define.js';
import { keepSpec, keepStatus } from '../strategy.js';
import { bytesOf, storageGroup } from './parameters.js';

type Source = VolumeAttachment['spec']['source'];
type InlineVolume = NonNullable<Source['inlineVolumeSpec']>;

const mostMetadataBytes = 256 * 1024;
const mostMessageBytes = 1024;
const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

/** A volume that stands in a pod instead of a PersistentVolume: a CSI driver's, with what only a volume of its own has left out. */
function validateInline(volume: InlineVolume, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const misplaced = 'may not be specified in the context of inline volumes';
  if (volume.claimRef) errors.push(forbiddenField(`${path}.claimRef`, misplaced));
  if (Object.keys(volume.capacity ?? {}).length > 0) errors.push(forbiddenField(`${path}.capacity`, misplaced));
  if (!volume.csi) errors.push(required(`${path}.csi`, 'has to be specified in the context of inline volumes'));
  const modes = volume.accessModes ?? [];
  if (modes.length === 0) errors.push(required(`${path}.accessModes`));
  for (const mode of modes) {
    if (!accessModes.includes(mode)) errors.push(notSupported(`${path}.accessModes`, mode, accessModes));
  }
  const policy = volume.persistentVolumeReclaimPolicy ?? '';
  if (policy !== '' && policy !== 'Retain') {
    const why = 'may only be Retain in the context of inline volumes';
    errors.push(forbiddenField(`${path}.persistentVolumeReclaimPolicy`, why));
  }
  if (volume.nodeAffinity) errors.push(forbiddenField(`${path}.nodeAffinity`, misplaced));
  if (volume.csi && !volume.csi.driver) errors.push(required(`${path}.csi.driver`));
  if (volume.csi && !volume.csi.volumeHandle) errors.push(required(`${path}.csi.volumeHandle`));
  if (volume.storageClassName) errors.push(forbiddenField(`${path}.storageClassName`, misplaced));
  return errors;
}

function validateSource(source: Source | undefined): FieldError[] {
  const field = 'spec.source';
  const { inlineVolumeSpec: inline, persistentVolumeName: name } = source ?? {};
  const why = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  if (inline && name != null) return [forbiddenField(field, why)];
  if (inline) return validateInline(inline, `${field}.inlineVolumeSpec`);
  if (name == null) return [required(field, why)];
  if (name === '') return [required(`${field}.persistentVolumeName`, 'must specify non empty persistentVolumeName')];
  return complaints(`${field}.persistentVolumeName`, name, dns1123Subdomain(name));
}

function validateStatus(status: VolumeAttachment['status']): FieldError[] {
  const errors: FieldError[] = [];
  if (bytesOf(status?.attachmentMetadata ?? {}) > mostMetadataBytes) {
    errors.push(tooLong('status.attachmentMetadata', mostMetadataBytes));
  }
  for (const name of ['attachError', 'detachError'] as const) {
    const message = status?.[name]?.message ?? '';
    if (Buffer.byteLength(message) > mostMessageBytes) {
      errors.push(tooLong(`status.${name}.message`, mostMessageBytes));
    }
  }
  return errors;
}

function validate({ spec, status }: VolumeAttachment): FieldError[] {
  const { attacher = '', nodeName = '', source } = spec ?? {};
  const errors = attacher ? complaints('spec.attacher', attacher, dns1123Subdomain(attacher)) : [];
  if (!attacher) errors.push(required('spec.attacher'));
  return [
    ...errors,
    ...validateSource(source),
    ...complaints('spec.nodeName', nodeName ?? '', dns1123Subdomain(nodeName ?? '')),
    ...validateStatus(status),
  ];
}

export const volumeAttachmentRow = defineKind<VolumeAttachment>({
  group: storageGroup,
  version: 'v1',
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  namespaced: false,
  subresources: ['status'],
  model: 'V1VolumeAttachment',
  columns: [
    nameColumn,
    text('Attacher', attachment => attachment.spec?.attacher ?? ''),
    text('PV', attachment => attachment.spec?.source?.persistentVolumeName ?? ''),
    text('Node', attachment => attachment.spec?.nodeName ?? ''),
    flag('Attached', attachment => attachment.status?.attached ?? false),
    ageColumn,
  ],
  defaults: attachment => fill(attachment, 'status', { attached: false }),
  prepareCreate(attachment) {
    attachment.status = { attached: false };
  },
  prepareUpdate: keepStatus,
  prepareStatusUpdate: keepSpec,
  validate,
  validateUpdate: (attachment, old) =>
    semanticEqual(attachment.spec, old.spec) ? [] : [immutable('spec', attachment.spec)],
});
