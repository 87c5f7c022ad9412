import { differences } from '../../differences.js';
import { clone } from '../../json.js';
import { canonical, compare, tryParse } from '../../quantity.js';
import type { FieldError } from '../../status.js';
import type { PersistentVolumeClaim } from '../../types.js';
import { forbiddenField, invalidValue } from '../../validation/errors.js';
import { ageColumn, nameColumn, text, unset } from '../columns.js';
import { defineKind } from '../define.js';
import { accessModesText } from '../persistentvolume/access-modes.js';
import { classAnnotation, storageClassOf } from '../persistentvolume/row.js';
import { keepSpec, keepStatus } from '../strategy.js';
import { defaultClaim, prepareClaim } from './defaults.js';
import { validateClaimSpec } from './validate.js';

type Spec = NonNullable<PersistentVolumeClaim['spec']>;

/** A claim from before there was a default class may be given one; and one in the older annotation may move to the field. */
function gainsClass(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean {
  const [now, before] = [annotated(claim), annotated(old)];
  if (old.spec?.storageClassName !== undefined) return false;
  if (before === undefined) return now === undefined;
  return claim.spec?.storageClassName === before && (now === undefined || now === before);
}

const annotated = ({ metadata }: PersistentVolumeClaim): string | undefined => metadata.annotations?.[classAnnotation];

/** The old spec, with what may change as it is now. */
function expected(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): Spec {
  const spec = clone(old.spec ?? {});
  const now = claim.spec ?? {};
  if (!spec.volumeName) Object.assign(spec, { volumeName: now.volumeName });
  if (gainsClass(claim, old)) Object.assign(spec, { storageClassName: now.storageClassName });
  Object.assign(spec, { volumeAttributesClassName: now.volumeAttributesClassName });
  const size = now.resources?.requests?.storage;
  if (old.status?.phase === 'Bound' && spec.resources?.requests && size) spec.resources.requests.storage = size;
  return spec;
}

function validateSize(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const now = tryParse(claim.spec?.resources?.requests?.storage);
  const before = tryParse(old.spec?.resources?.requests?.storage);
  if (!now || !before || compare(now, before) >= 0) return [];
  // What did not grow may be asked for less again, down to what is there.
  const actual = tryParse(old.status?.capacity?.storage);
  if (actual && compare(now, actual) > 0) return [];
  return [forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity')];
}

function validateUpdate(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const errors: FieldError[] = [];
  if (annotated(claim) !== annotated(old) && !gainsClass(claim, old)) {
    errors.push(invalidValue(`metadata.annotations[${classAnnotation}]`, annotated(claim) ?? '', 'field is immutable'));
  }
  const changed = differences(claim.spec, expected(claim, old), 'spec');
  if (changed.length > 0) {
    const why =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
    errors.push(forbiddenField('spec', `${why}\nchanged: ${changed.join(', ')}\n`));
  }
  errors.push(...validateSize(claim, old));
  if (claim.spec?.volumeMode !== old.spec?.volumeMode) {
    errors.push(invalidValue('volumeMode', claim.spec?.volumeMode ?? null, 'field is immutable'));
  }
  return errors;
}

const bound = (claim: PersistentVolumeClaim): boolean => Boolean(claim.spec?.volumeName);

export const persistentVolumeClaimRow = defineKind<PersistentVolumeClaim>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  shortNames: ['pvc'],
  subresources: ['status'],
  model: 'V1PersistentVolumeClaim',
  columns: [
    nameColumn,
    text('Status', claim => (claim.metadata.deletionTimestamp ? 'Terminating' : (claim.status?.phase ?? ''))),
    text('Volume', claim => claim.spec?.volumeName ?? ''),
    text('Capacity', claim => (bound(claim) ? canonical(claim.status?.capacity?.storage ?? '0') : '')),
    text('Access Modes', claim => (bound(claim) ? accessModesText(claim.status?.accessModes) : '')),
    text('StorageClass', storageClassOf),
    text('VolumeAttributesClass', claim => claim.spec?.volumeAttributesClassName ?? unset),
    ageColumn,
    text('VolumeMode', claim => claim.spec?.volumeMode ?? unset, 'wide'),
  ],
  fields: claim => ({ name: claim.metadata.name ?? '' }),
  defaults: defaultClaim,
  prepareCreate(claim) {
    claim.status = { phase: 'Pending' };
    prepareClaim(claim);
  },
  prepareUpdate(claim, old) {
    keepStatus(claim, old);
    prepareClaim(claim, old);
  },
  prepareStatusUpdate: keepSpec,
  validate: claim => validateClaimSpec(claim.spec ?? {}, 'spec'),
  validateUpdate,
});
