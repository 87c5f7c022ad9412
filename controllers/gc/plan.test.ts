import assert from 'node:assert/strict';
import type { KubeObject, OwnerReference } from '../../api/types.js';
import { ownedBy } from '../testing/objects.js';
import { type OwnerState, planFor, type Step } from './plan.js';

interface Traits {
  deleted?: boolean;
  finalizers?: string[];
  owners?: OwnerReference[];
}

const thing = (name: string, { deleted, finalizers, owners }: Traits = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: {
    name,
    namespace: 'default',
    uid: `uid-of-${name}`,
    ...(deleted ? { deletionTimestamp: '2025-01-01T00:00:00Z' } : {}),
    ...(finalizers ? { finalizers } : {}),
    ...(owners ? { ownerReferences: owners } : {}),
  },
});

const owner = (name: string, more: Partial<OwnerReference> = {}) => ownedBy(thing(name), more);
const child = (of: string, more: Partial<OwnerReference> = {}, traits: Traits = {}) =>
  thing(`child-of-${of}`, { owners: [owner(of, more)], ...traits });

function show(step: Step): string {
  if (step.do === 'delete') return `delete, ${step.policy}`;
  if (step.do === 'removeFinalizer') return `finalizers [${step.finalizers}]`;
  const owners = step.owners.map(o => (o.blockOwnerDeletion ? o.name : `${o.name} (not blocking)`));
  return `owners of ${step.object.metadata.name} [${owners}]`;
}

interface Row {
  when: string;
  object?: Traits;
  owners?: OwnerState[];
  dependents?: KubeObject[];
  does: string[];
}

const deletedWith = (...finalizers: string[]): Traits => ({ deleted: true, finalizers });

const rows: Row[] = [
  { when: 'it has no owners', does: [] },
  { when: 'its owner is there', owners: ['present'], does: [] },
  { when: 'its owner is gone', owners: ['absent'], does: ['delete, Background'] },
  { when: 'all its owners are gone', owners: ['absent', 'absent'], does: ['delete, Background'] },
  { when: 'one owner is gone and one there', owners: ['absent', 'present'], does: ['owners of it [o2]'] },
  { when: 'one owner waits and one is there', owners: ['waiting', 'present'], does: ['owners of it [o2]'] },
  { when: 'nothing is known of an owner', owners: ['absent', 'unknown'], does: [] },
  { when: 'its owner waits', owners: ['waiting'], does: ['delete, Background'] },
  {
    when: 'its owner waits and it has dependents',
    owners: ['waiting'],
    dependents: [child('it')],
    does: ['delete, Foreground'],
  },
  {
    when: 'its owner waits, and one of its dependents waits for it: a circle',
    owners: ['waiting'],
    dependents: [child('it', {}, deletedWith('foregroundDeletion'))],
    does: ['owners of it [o1 (not blocking)]'],
  },
  {
    when: 'its owner is gone and it is to orphan',
    object: { finalizers: ['orphan'] },
    owners: ['absent'],
    does: ['delete, Orphan'],
  },
  {
    when: 'its owner is gone and it is to go in the foreground',
    object: { finalizers: ['foregroundDeletion'] },
    owners: ['absent'],
    does: ['delete, Foreground'],
  },
  { when: 'it is deleted', object: { deleted: true }, owners: ['absent'], does: [] },
  {
    when: 'it is deleted in the foreground and nothing blocks',
    object: deletedWith('foregroundDeletion', 'example.org/own'),
    dependents: [child('it', { blockOwnerDeletion: false })],
    does: ['finalizers [example.org/own]'],
  },
  {
    when: 'it is deleted in the foreground and a dependent blocks',
    object: deletedWith('foregroundDeletion'),
    dependents: [child('it')],
    does: [],
  },
  {
    when: 'it is deleted and its dependents are to be orphaned',
    object: deletedWith('orphan'),
    dependents: [child('it'), thing('shared', { owners: [owner('it'), owner('other')] })],
    does: ['owners of child-of-it []', 'owners of shared [other]', 'finalizers []'],
  },
];

describe('the plan of the garbage collector for an object', () => {
  for (const { when, object, owners = [], dependents = [], does } of rows) {
    it(`when ${when}: ${does.join('; ') || 'nothing'}`, () => {
      const references = owners.map((_, i) => owner(`o${i + 1}`));
      const it = thing('it', { ...object, owners: references });
      const states = owners.map((state, i) => ({ reference: references[i] as OwnerReference, state }));
      assert.deepEqual(planFor(it, states, dependents).map(show), does);
    });
  }
});
