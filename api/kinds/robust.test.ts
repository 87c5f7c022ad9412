import assert from 'node:assert/strict';
import fc from 'fast-check';
import { clone } from '../json.js';
import { validateMeta, validateMetaUpdate } from '../meta/validate.js';
import { conform } from '../schema/conform.js';
import { objectOf } from '../testing/arbitrary.js';
import type { AnyObject } from '../types.js';
import { builtinKinds } from './index.js';
import { apiVersionOf, type KindRow } from './row.js';

/** Everything a server does with an object between its body and its answer, but for storing it. */
function live(row: KindRow, object: AnyObject, old: AnyObject): void {
  row.defaults?.(object);
  row.prepareCreate?.(object);
  row.validate?.(object);
  validateMeta(row, object);
  row.prepareUpdate?.(object, old);
  row.validateUpdate?.(object, old);
  validateMetaUpdate(object, old);
  row.prepareStatusUpdate?.(object, old);
  row.gracePeriod?.(object, undefined);
  row.generationOf?.(object);
  row.fields?.(object);
  for (const column of row.columns) column.cell(object, 0);
}

describe('whatever a schema lets in', () => {
  for (const row of builtinKinds) {
    it(`law: a ${row.kind} is judged and shown without a crash, and its defaults are idempotent`, () => {
      const fields = objectOf(row.model);
      fc.assert(
        fc.property(fields, fields, (one, other) => {
          const [object, old] = [one, other].map(value => {
            const made = { ...value, apiVersion: apiVersionOf(row), kind: row.kind };
            assert.equal(conform(row, made).wrong, undefined);
            return { metadata: {}, ...made } as AnyObject;
          }) as [AnyObject, AnyObject];
          const defaulted = clone(object);
          row.defaults?.(defaulted);
          const again = clone(defaulted);
          row.defaults?.(again);
          assert.deepEqual(again, defaulted);
          live(row, object, clone(old));
          row.defaults?.(old);
          live(row, clone(defaulted), old);
        }),
        { numRuns: 60 },
      );
    });
  }
});
