/** Rules of a kind for a version whose objects look otherwise: each is asked of the object as it would be stored. */
import { clone } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { AnyObject } from '../../types.js';
import type { KindRow } from '../row.js';

export interface Shape {
  /** From the former version to the stored one, and back. In place. */
  toStored(object: AnyObject): void;
  fromStored(object: AnyObject): void;
  /** The former version's name of a field of the stored one, in a path ('spec.backend' for 'spec.defaultBackend'). */
  nameOf(path: string): string;
}

type Rules = Pick<KindRow, 'columns' | 'defaults' | 'validate' | 'validateCreate' | 'validateUpdate'>;

export function rulesThrough(row: KindRow, { toStored, fromStored, nameOf }: Shape): Rules {
  const stored = (object: AnyObject): AnyObject => {
    const copy = clone(object);
    toStored(copy);
    return copy;
  };
  const told = (errors: FieldError[] = []): FieldError[] =>
    errors.map(error => ({ ...error, field: nameOf(error.field) }));
  return {
    columns: row.columns.map(column => ({ ...column, cell: (object, now) => column.cell(stored(object), now) })),
    defaults(object) {
      toStored(object);
      row.defaults?.(object);
      fromStored(object);
    },
    validate: object => told(row.validate?.(stored(object))),
    validateCreate: object => told(row.validateCreate?.(stored(object))),
    validateUpdate: (object, old, subresource) => told(row.validateUpdate?.(stored(object), stored(old), subresource)),
  };
}
