import assert from 'node:assert/strict';
import { clone } from '../../json.js';
import { created, messages, wrong, wrongAtFirst } from '../../testing/rows.js';
import type { AnyObject, Pod, PodSpec } from '../../types.js';
import type { RowPart } from '../row.js';
import { podRow } from './row.js';

const container = { name: 'c', image: 'i', resources: { requests: { cpu: '1' }, limits: { cpu: '2' } } };
const podWith = (spec: object = {}): AnyObject => created(podRow, { spec: { containers: [container], ...spec } });
const debug = (fields: object = {}): object => ({ name: 'debug', image: 'busybox', ...fields });

/** What becomes of a change that comes through the subresource, and what is wrong with it. */
function change(part: 'ephemeralcontainers' | 'resize', old: AnyObject, edit: (spec: PodSpec) => void) {
  const { prepare, validateUpdate } = (podRow.parts as Record<string, RowPart>)[part] as RowPart;
  const pod = clone(old);
  edit((pod as unknown as Pod).spec as PodSpec);
  podRow.defaults?.(pod);
  prepare(pod, old);
  return { pod: pod as unknown as Pod, errors: [...wrong(podRow, pod), ...messages(validateUpdate(pod, old))] };
}

describe('pods/ephemeralcontainers', () => {
  const add =
    (...added: object[]) =>
    (spec: PodSpec): void => {
      spec.ephemeralContainers = [
        ...(spec.ephemeralContainers ?? []),
        ...(added as NonNullable<PodSpec['ephemeralContainers']>),
      ];
    };

  it('adds debug containers, with defaults, and changes nothing else', () => {
    const old = podWith();
    const { pod, errors } = change('ephemeralcontainers', old, spec => {
      add(debug({ targetContainerName: 'c' }))(spec);
      spec.nodeName = 'elsewhere';
    });
    assert.deepEqual(errors, []);
    assert.equal(pod.spec?.nodeName, undefined);
    assert.equal(pod.spec?.ephemeralContainers?.[0]?.imagePullPolicy, 'Always');
  });

  const c = 'spec.ephemeralContainers[0]';
  const table: [string, object, string[]][] = [
    ['of a taken name', debug({ name: 'c' }), [`${c}.name: Duplicate value: "c"`]],
    ['for no container', debug({ targetContainerName: 'x' }), [`${c}.targetContainerName: Not found: "x"`]],
    [
      'with a life of their own',
      debug({ ports: [{ containerPort: 1 }], resources: { limits: { cpu: '1' } } }),
      [
        `${c}.ports: Forbidden: cannot be set for an Ephemeral Container`,
        `${c}.resources: Forbidden: cannot be set for an Ephemeral Container`,
      ],
    ],
  ];
  for (const [what, added, messages] of table) {
    it(`refuses debug containers ${what}`, () =>
      assert.deepEqual(change('ephemeralcontainers', podWith(), add(added)).errors, messages));
  }

  it('keeps those that are there', () => {
    const { pod } = change('ephemeralcontainers', podWith(), add(debug()));
    const old = pod as unknown as AnyObject;
    const field = 'spec.ephemeralContainers: Forbidden: existing ephemeral containers "debug" may not be';
    const edits: [(spec: PodSpec) => void, string][] = [
      [spec => delete spec.ephemeralContainers, `${field} removed\n`],
      [spec => Object.assign(spec.ephemeralContainers?.[0] ?? {}, { image: 'other' }), `${field} changed\n`],
    ];
    for (const [edit, message] of edits) {
      assert.deepEqual(change('ephemeralcontainers', old, edit).errors, [message]);
    }
    assert.deepEqual(change('ephemeralcontainers', old, add(debug({ name: 'second' }))).errors, []);
  });

  it('is the only way: a new pod has none', () => {
    assert.deepEqual(wrongAtFirst(podRow, podWith({ ephemeralContainers: [debug()] })), [
      'spec.ephemeralContainers: Forbidden: cannot be set on create',
    ]);
  });
});

describe('pods/resize', () => {
  const size = (resources: object) => (spec: PodSpec) => Object.assign(spec.containers[0] ?? {}, { resources });

  it('changes the sizes of containers, and nothing else', () => {
    const { pod, errors } = change('resize', podWith(), spec => {
      size({ requests: { cpu: '1500m' }, limits: { cpu: '3' } })(spec);
      Object.assign(spec.containers[0] ?? {}, { image: 'other' });
    });
    assert.deepEqual(errors, []);
    assert.deepEqual(pod.spec?.containers[0]?.resources, { requests: { cpu: '1500m' }, limits: { cpu: '3' } });
    assert.equal(pod.spec?.containers[0]?.image, 'i');
  });

  const table: [string, object, string[]][] = [
    [
      'that takes a limit away',
      { requests: { cpu: '1' } },
      ['spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed'],
    ],
    [
      'that makes other promises',
      { requests: { cpu: '2', memory: '1Gi' }, limits: { cpu: '2', memory: '1Gi' } },
      ['spec: Invalid value: "Guaranteed": Pod QOS Class may not change as a result of resizing'],
    ],
    [
      'of what cannot grow',
      { requests: { cpu: '1', 'ephemeral-storage': '1Gi' }, limits: { cpu: '2' } },
      [
        'spec: Forbidden: only cpu and memory resources are mutable\nchanged: spec.containers[0].resources.requests.ephemeral-storage\n',
      ],
    ],
  ];
  for (const [what, resources, messages] of table) {
    it(`refuses a change ${what}`, () =>
      assert.deepEqual(change('resize', podWith(), size(resources)).errors, messages));
  }
});
