import assert from 'node:assert/strict';
import type { AnyObject } from '../../api/types.js';
import { isMet, parseFor } from './wait-condition.js';

const pod = (ready: string, observedGeneration?: number): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', generation: 2 },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: ready, ...(observedGeneration ? { observedGeneration } : {}) }],
  },
});

describe('wait --for', () => {
  const table: [string, AnyObject | undefined, boolean][] = [
    ['delete', undefined, true],
    ['delete', pod('True'), false],
    ['create', undefined, false],
    ['create', pod('False'), true],
    ['condition=Ready', pod('True'), true],
    ['condition=ready', pod('False'), false],
    ['condition=Ready=False', pod('False'), true],
    ['condition=Ready', undefined, false],
    ['condition=Ready', pod('True', 1), false],
    ['condition=Ready', pod('True', 2), true],
    ['jsonpath={.status.phase}=Running', pod('True'), true],
    ['jsonpath={.status.phase}=Failed', pod('True'), false],
    ['jsonpath={.status.podIP}', pod('True'), false],
    ['jsonpath={.status.phase}', pod('True'), true],
  ];
  for (const [text, object, met] of table) {
    it(`${text} is ${met ? '' : 'not '}met by ${object ? JSON.stringify(object.status) : 'nothing'}`, () =>
      assert.equal(isMet(parseFor(text), object), met));
  }
  it('is refused when it says something else', () => assert.throws(() => parseFor('ready'), /unrecognized condition/));
});
