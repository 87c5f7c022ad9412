/** Fields that somebody applies, with another value, while somebody else owns them: in Kubernetes' words. */
import { StatusError } from '../status.js';
import type { Status } from '../types.js';
import { difference, type FieldSet, isEmptySet, paths, unionOf } from './field-set.js';
import { identityOf, type Owner } from './owners.js';

export interface Conflict {
  readonly owner: Owner;
  readonly fields: FieldSet;
}

export class ApplyConflict extends Error {
  readonly conflicts: readonly Conflict[];

  constructor(conflicts: readonly Conflict[]) {
    super('the applied configuration conflicts with other owners');
    this.conflicts = [...conflicts].sort((a, b) => (identityOf(a.owner) < identityOf(b.owner) ? -1 : 1));
  }

  /** Every field in conflict. */
  get fields(): FieldSet {
    return unionOf(this.conflicts.map(({ fields }) => fields));
  }

  /** What is left of it when these fields may be taken. */
  less(allowed: FieldSet): ApplyConflict {
    const left = this.conflicts.map(({ owner, fields }) => ({ owner, fields: difference(fields, allowed) }));
    return new ApplyConflict(left.filter(({ fields }) => !isEmptySet(fields)));
  }

  asStatus(): StatusError {
    const causes = this.conflicts.flatMap(({ owner, fields }) =>
      [...paths(fields)].map(field => ({
        reason: 'FieldManagerConflict',
        message: `conflict with ${ownerText(owner)}`,
        field,
      })),
    );
    const status: Status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.#message(causes.length),
      reason: 'Conflict',
      details: { causes },
      code: 409,
    };
    return new StatusError(status);
  }

  #message(count: number): string {
    const [only] = this.conflicts;
    if (count === 1 && only) {
      return `Apply failed with 1 conflict: conflict with ${ownerText(only.owner)}: ${[...paths(only.fields)].join()}`;
    }
    const lines = this.conflicts.flatMap(({ owner, fields }) => [
      `conflicts with ${ownerText(owner)}:`,
      ...[...paths(fields)].map(path => `- ${path}`),
    ]);
    return `Apply failed with ${count} conflicts: ${lines.join('\n')}`;
  }
}

function ownerText({ manager, operation, apiVersion, subresource }: Owner): string {
  const who = JSON.stringify(manager) + (subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`);
  return operation === 'Update' ? `${who} using ${apiVersion}` : who;
}
