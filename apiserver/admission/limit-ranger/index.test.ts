import assert from 'node:assert/strict';
import type { AnyObject, Pod } from '../../../api/types.js';
import { FakeLookup } from '../../auth/testing/fake-lookup.js';
import { admit, judges, pod } from '../testing/fixture.js';
import { limitRanger } from './index.js';

const range = (...limits: object[]): AnyObject => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'limits', namespace: 'shop' },
  spec: { limits },
});
const plugin = (...limits: object[]) => limitRanger(new FakeLookup([range(...limits)]));
const asking = (resources: object, init?: object): AnyObject =>
  pod({
    spec: {
      containers: [{ name: 'c', image: 'i', resources }],
      ...(init ? { initContainers: [{ name: 'i', image: 'i', resources: init }] } : {}),
    },
  });
const about = (type: string, bounds: object) => plugin({ type, ...bounds });
const says = (why: string): string => `pods "web" is forbidden: ${why}`;

describe('LimitRanger gives', () => {
  const defaults = plugin({ type: 'Container', default: { cpu: '2', memory: '1Gi' }, defaultRequest: { cpu: '1' } });

  it('containers what they did not ask for, and notes it', async () => {
    const { metadata, spec } = (await admit(defaults, {
      resource: 'pods',
      object: asking({ requests: { memory: '5Mi' } }),
    })) as unknown as Pod;
    assert.deepEqual(spec?.containers[0]?.resources, {
      limits: { cpu: '2', memory: '1Gi' },
      requests: { memory: '5Mi', cpu: '1' },
    });
    assert.deepEqual(metadata.annotations, {
      'kubernetes.io/limit-ranger':
        'LimitRanger plugin set: cpu request for container c; cpu, memory limit for container c',
    });
  });

  it('nothing to a pod that is changed', async () => {
    const object = asking({});
    assert.deepEqual(
      await admit(defaults, { resource: 'pods', operation: 'UPDATE', object, oldObject: object }),
      object,
    );
  });
});

describe('LimitRanger', () => {
  const container = about('Container', { min: { cpu: '1' }, max: { cpu: '2' } });
  judges(container, [
    ['within bounds', { resource: 'pods', object: asking({ requests: { cpu: '1' }, limits: { cpu: '2' } }) }],
    [
      'silence',
      { resource: 'pods', object: asking({}) },
      says(
        '[minimum cpu usage per Container is 1.  No request is specified, maximum cpu usage per Container is 2.  No limit is specified]',
      ),
    ],
    [
      'too little',
      { resource: 'pods', object: asking({ requests: { cpu: '500m' }, limits: { cpu: '2' } }) },
      says('minimum cpu usage per Container is 1, but request is 500m'),
    ],
    [
      'too much',
      { resource: 'pods', object: asking({ requests: { cpu: '1' }, limits: { cpu: '3' } }) },
      says('maximum cpu usage per Container is 2, but limit is 3'),
    ],
    [
      'too much while it starts',
      {
        resource: 'pods',
        object: asking(
          { requests: { cpu: '1' }, limits: { cpu: '2' } },
          { requests: { cpu: '1' }, limits: { cpu: '3' } },
        ),
      },
      says('maximum cpu usage per Container is 2, but limit is 3'),
    ],
    [
      'too much, when it is resized',
      {
        resource: 'pods/resize',
        operation: 'UPDATE',
        object: asking({ requests: { cpu: '1' }, limits: { cpu: '3' } }),
        oldObject: asking({}),
      },
      says('maximum cpu usage per Container is 2, but limit is 3'),
    ],
  ]);

  judges(about('Container', { maxLimitRequestRatio: { cpu: '2' } }), [
    ['twice as much', { resource: 'pods', object: asking({ requests: { cpu: '1' }, limits: { cpu: '2' } }) }],
    [
      'much more than promised',
      { resource: 'pods', object: asking({ requests: { cpu: '1' }, limits: { cpu: '3' } }) },
      says('cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000'),
    ],
  ]);

  const two = (first: object, second: object): AnyObject =>
    pod({
      spec: {
        containers: [
          { name: 'a', image: 'i', resources: first },
          { name: 'b', image: 'i', resources: second },
        ],
      },
    });
  judges(about('Pod', { max: { memory: '3Gi' } }), [
    ['all within', { resource: 'pods', object: two({ limits: { memory: '1Gi' } }, { limits: { memory: '2Gi' } }) }],
    [
      'more together',
      { resource: 'pods', object: two({ limits: { memory: '2Gi' } }, { limits: { memory: '2Gi' } }) },
      says('maximum memory usage per Pod is 3Gi, but limit is 4Gi'),
    ],
    [
      'one that has no bounds',
      { resource: 'pods', object: two({ limits: { memory: '2Gi' } }, {}) },
      says('maximum memory usage per Pod is 3Gi.  No limit is specified'),
    ],
    [
      'more before it runs',
      { resource: 'pods', object: asking({ limits: { memory: '1Gi' } }, { limits: { memory: '4Gi' } }) },
      says('maximum memory usage per Pod is 3Gi, but limit is 4Gi'),
    ],
  ]);

  const claim = (storage: string): AnyObject => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'shop' },
    spec: { resources: { requests: { storage } } },
  });
  const resource = 'persistentvolumeclaims';
  judges(about('PersistentVolumeClaim', { min: { storage: '1Gi' }, max: { storage: '5Gi' } }), [
    ['a claim within', { resource, object: claim('2Gi') }],
    [
      'a small claim',
      { resource, object: claim('1Mi') },
      'persistentvolumeclaims "data" is forbidden: minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 1Mi',
    ],
    [
      'a claim that grows too large',
      { resource, operation: 'UPDATE', object: claim('6Gi'), oldObject: claim('2Gi') },
      'persistentvolumeclaims "data" is forbidden: maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 6Gi',
    ],
  ]);
});
