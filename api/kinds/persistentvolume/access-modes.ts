/** How a volume may be mounted, in volumes and claims alike. */
import type { FieldError } from '../../status.js';
import { forbiddenField, notSupported } from '../../validation/errors.js';

const shortModes: [mode: string, short: string][] = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
];
const modes = shortModes.map(([mode]) => mode).sort();

/** 'RWO,ROX' */
export const accessModesText = (given: readonly string[] | undefined): string =>
  shortModes
    .filter(([mode]) => given?.includes(mode))
    .map(([, short]) => short)
    .join(',');

export function validateAccessModes(given: readonly string[], field: string): FieldError[] {
  const errors = given.filter(mode => !modes.includes(mode)).map(mode => notSupported(field, mode, modes));
  if (given.includes('ReadWriteOncePod') && given.some(mode => mode !== 'ReadWriteOncePod' && modes.includes(mode))) {
    errors.push(forbiddenField(field, 'may not use ReadWriteOncePod with other access modes'));
  }
  return errors;
}

export const volumeModes = ['Block', 'Filesystem'];
