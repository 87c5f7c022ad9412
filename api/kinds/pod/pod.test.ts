import assert from 'node:assert/strict';
import { clone } from '../../json.js';
import type { AnyObject, Container, Pod, PodSpec } from '../../types.js';
import { findKind } from '../index.js';
import { imageTag } from './defaults.js';
import { qosClass } from './qos.js';
import { podRow } from './row.js';

const made = (spec: Partial<PodSpec>, container: Partial<Container> = {}): AnyObject => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default' },
    spec: { containers: [{ name: 'a', image: 'busybox', ...container }], ...spec },
  };
  podRow.defaults?.(pod);
  return pod;
};
const specOf = (pod: AnyObject): PodSpec => pod.spec as PodSpec;
const first = (pod: AnyObject): Container => specOf(pod).containers[0] as Container;

describe("a pod's defaults", () => {
  it('are those of Kubernetes', () => {
    assert.deepEqual(made({}).spec, {
      containers: [
        {
          name: 'a',
          image: 'busybox',
          imagePullPolicy: 'Always',
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          resources: {},
        },
      ],
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      schedulerName: 'default-scheduler',
      terminationGracePeriodSeconds: 30,
      securityContext: {},
      enableServiceLinks: true,
    });
  });

  it('leave out what a feature gate would have to allow, in templates too', () => {
    const schedulingGroup = { podGroupName: 'g' };
    assert.equal(specOf(made({ schedulingGroup })).schedulingGroup, undefined);
    const template = { spec: { containers: [], schedulingGroup } };
    const set: AnyObject = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: {}, spec: { template } };
    findKind({ group: 'apps', version: 'v1', plural: 'replicasets' })?.defaults?.(set);
    assert.equal('schedulingGroup' in template.spec, false);
  });

  it('law: given twice, they change nothing more', () => {
    const pod = made(
      { volumes: [{ name: 'v' }, { name: 's', secret: { secretName: 'x' } }] },
      { ports: [{ containerPort: 1 }] },
    );
    const again = clone(pod);
    podRow.defaults?.(again);
    assert.deepEqual(again, pod);
  });

  const tags: [string, string][] = [
    ['busybox', 'latest'],
    ['busybox:latest', 'latest'],
    ['busybox:1.36', '1.36'],
    ['host:5000/busybox', 'latest'],
    ['host:5000/busybox:2', '2'],
    ['busybox@sha256:abc', ''],
    ['busybox:latest@sha256:abc', ''],
  ];
  for (const [image, tag] of tags) it(`reads the tag of ${image}`, () => assert.equal(imageTag(image), tag));

  it('ask for what is limited', () => {
    const { resources } = first(
      made({}, { resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } } }),
    );
    assert.deepEqual(resources?.requests, { cpu: '500m', memory: '1Gi' });
  });

  it('fill in probes, ports, volumes and references', () => {
    const pod = made(
      {
        hostNetwork: true,
        serviceAccountName: 'x',
        volumes: [
          { name: 'empty' },
          { name: 'secret', secret: { secretName: 's' } },
          { name: 'host', hostPath: { path: '/x' } },
          { name: 'newest', image: { reference: 'busybox' } },
          { name: 'fixed', image: { reference: 'busybox:1' } },
          { name: 'token', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
        ],
      },
      {
        ports: [{ containerPort: 80 }],
        livenessProbe: { httpGet: { port: 80 } },
        env: [{ name: 'N', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
      },
    );
    assert.deepEqual(first(pod).ports, [{ containerPort: 80, protocol: 'TCP', hostPort: 80 }]);
    assert.deepEqual(first(pod).livenessProbe, {
      httpGet: { port: 80, path: '/', scheme: 'HTTP' },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    });
    assert.equal(first(pod).env?.[0]?.valueFrom?.fieldRef?.apiVersion, 'v1');
    assert.equal(specOf(pod).serviceAccount, 'x');
    assert.deepEqual(specOf(pod).volumes, [
      { name: 'empty', emptyDir: {} },
      { name: 'secret', secret: { secretName: 's', defaultMode: 420 } },
      { name: 'host', hostPath: { path: '/x', type: '' } },
      { name: 'newest', image: { reference: 'busybox', pullPolicy: 'Always' } },
      { name: 'fixed', image: { reference: 'busybox:1', pullPolicy: 'IfNotPresent' } },
      {
        name: 'token',
        projected: { sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 3600 } }], defaultMode: 420 },
      },
    ]);
  });
});

describe('validation of a pod', () => {
  const said = (pod: AnyObject): string[] => (podRow.validate?.(pod) ?? []).map(e => `${e.field}: ${e.message}`);
  const c = 'spec.containers[0]';

  it('accepts an ordinary pod', () => {
    const pod = made(
      {
        volumes: [{ name: 'v', emptyDir: { sizeLimit: '1Gi' } }],
        initContainers: [{ name: 'i', image: 'x' }],
        tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }],
      },
      {
        ports: [{ name: 'http', containerPort: 80 }],
        volumeMounts: [{ name: 'v', mountPath: '/v' }],
        readinessProbe: { tcpSocket: { port: 'http' } },
        lifecycle: { preStop: { exec: { command: ['true'] } } },
        resources: { limits: { cpu: '1' }, requests: { cpu: '100m' } },
      },
    );
    assert.deepEqual(said(pod), []);
  });

  const table: [string, AnyObject, string][] = [
    ['no containers', made({ containers: [] }), 'spec.containers: Required value'],
    ['no image', made({}, { image: '' }), `${c}.image: Required value`],
    [
      'an unknown restart policy',
      made({ restartPolicy: 'Sometimes' }),
      'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"',
    ],
    [
      'two containers of one name',
      made({ containers: [first(made({})), first(made({}))] }),
      'spec.containers[1].name: Duplicate value: "a"',
    ],
    [
      'a mount without its volume',
      made({}, { volumeMounts: [{ name: 'v', mountPath: '/v' }] }),
      `${c}.volumeMounts[0].name: Not found: "v"`,
    ],
    [
      'a request above its limit',
      made({}, { resources: { limits: { cpu: '100m' }, requests: { cpu: '1' } } }),
      `${c}.resources.requests: Invalid value: "1": must be less than or equal to cpu limit of 100m`,
    ],
    [
      'a resource of no kind',
      made({}, { resources: { requests: { storage: '1' } } }),
      `${c}.resources.requests[storage]: Invalid value: "storage": must be a standard resource for containers`,
    ],
    [
      'a port out of range',
      made({}, { ports: [{ containerPort: 70000 }] }),
      `${c}.ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive`,
    ],
    [
      'a probe that does nothing',
      made({}, { livenessProbe: {} }),
      `${c}.livenessProbe: Required value: must specify a handler type`,
    ],
    [
      'a liveness probe that counts successes',
      made({}, { livenessProbe: { exec: { command: ['x'] }, successThreshold: 2 } }),
      `${c}.livenessProbe.successThreshold: Invalid value: 2: must be 1`,
    ],
    [
      'a variable with two values',
      made({}, { env: [{ name: 'A', value: 'x', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }),
      `${c}.env[0].valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`,
    ],
    [
      'a volume of two kinds',
      made({ volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/x' } }] }),
      'spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type',
    ],
    [
      'a toleration of everything that names a value',
      made({ tolerations: [{ operator: 'Equal', value: 'x' }] }),
      'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
    ],
    [
      'a probed init container',
      made({ initContainers: [{ name: 'i', image: 'x', livenessProbe: { exec: { command: ['x'] } } }] }),
      'spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
    ],
    [
      'an affinity to nothing',
      made({
        affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } },
      }),
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term',
    ],
    [
      'an escape from a volume',
      made(
        { volumes: [{ name: 'v', emptyDir: {} }] },
        { volumeMounts: [{ name: 'v', mountPath: '/v', subPath: '../x' }] },
      ),
      `${c}.volumeMounts[0].subPath: Invalid value: "../x": must not contain '..'`,
    ],
    [
      'an env file that is out of reach',
      made(
        { volumes: [{ name: 'v', emptyDir: {} }] },
        { env: [{ name: 'A', valueFrom: { fileKeyRef: { volumeName: 'v', path: '../x', key: 'A' } } }] },
      ),
      `${c}.env[0].valueFrom.fileKeyRef.path: Invalid value: "../x": must not contain '..'`,
    ],
    [
      'an env file of a volume that no container writes to',
      made(
        { volumes: [{ name: 'v', configMap: { name: 'x' } }] },
        { env: [{ name: 'A', valueFrom: { fileKeyRef: { volumeName: 'v', path: 'x', key: 'A' } } }] },
      ),
      `${c}.env[0].valueFrom.fileKeyRef.volumeName: Invalid value: "v": referenced volume must be of type emptyDir`,
    ],
    [
      'an env file of no volume',
      made({}, { env: [{ name: 'A', valueFrom: { fileKeyRef: { volumeName: 'v', path: 'x', key: 'A' } } }] }),
      `${c}.env[0].valueFrom.fileKeyRef.volumeName: Not found: "v"`,
    ],
    [
      'a key of an env file that no variable can have',
      made(
        { volumes: [{ name: 'v', emptyDir: {} }] },
        { env: [{ name: 'A', valueFrom: { fileKeyRef: { volumeName: 'v', path: 'x', key: 'a=b' } } }] },
      ),
      `${c}.env[0].valueFrom.fileKeyRef.key: Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters other than '='`,
    ],
    [
      'a deadline of zero',
      made({ activeDeadlineSeconds: 0 }),
      'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive',
    ],
  ];
  for (const [what, pod, message] of table) it(`refuses ${what}`, () => assert.deepEqual(said(pod), [message]));
});

describe('an update of a pod', () => {
  const change = (edit: (spec: PodSpec) => void, spec: Partial<PodSpec> = {}): string[] => {
    const old = made({ tolerations: [{ key: 'a', operator: 'Exists' }], ...spec });
    const now = clone(old);
    edit(specOf(now));
    return (podRow.validateUpdate?.(now, old) ?? []).map(e => `${e.field}: ${e.message}`);
  };

  it('may change images, shorten the deadline and add tolerations', () => {
    const edit = (spec: PodSpec): void => {
      (spec.containers[0] as Container).image = 'other';
      spec.activeDeadlineSeconds = 5;
      spec.tolerations?.push({ key: 'b', operator: 'Exists' });
    };
    assert.deepEqual(change(edit, { activeDeadlineSeconds: 10 }), []);
  });

  it('may not change what runs', () => {
    const errors = change(spec => {
      (spec.containers[0] as Container).command = ['x'];
      spec.nodeName = 'elsewhere';
    });
    assert.equal(errors.length, 1);
    assert.match(
      errors[0] as string,
      /^spec: Forbidden: pod updates may not change fields other than `spec\.containers/,
    );
    assert.match(
      errors[0] as string,
      /changed: spec\.nodeName, spec\.containers\[0\]\.command|spec\.containers\[0\]\.command, spec\.nodeName/,
    );
  });

  it('may not take tolerations away, or lengthen the deadline', () => {
    assert.deepEqual(
      change(spec => delete spec.tolerations),
      ['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds'],
    );
    const longer = change(
      spec => {
        spec.activeDeadlineSeconds = 11;
      },
      { activeDeadlineSeconds: 10 },
    );
    assert.deepEqual(longer, [
      'spec.activeDeadlineSeconds: Invalid value: 11: must be less than or equal to previous value',
    ]);
  });

  it('keeps status and spec apart', () => {
    const old: AnyObject = { ...made({}), status: { phase: 'Running' } };
    const now: AnyObject = { ...clone(old), status: { phase: 'Failed' } };
    podRow.prepareUpdate?.(now, old);
    assert.deepEqual(now.status, { phase: 'Running' });
    const report: AnyObject = { ...clone(old), spec: {}, status: { phase: 'Failed' } };
    podRow.prepareStatusUpdate?.(report, old);
    assert.deepEqual([report.spec, report.status], [old.spec, { phase: 'Failed' }]);
  });
});

describe('the end and the class of a pod', () => {
  const grace = (pod: AnyObject, requested?: number) => podRow.gracePeriod?.(pod, requested);

  it('gives as much grace as was asked for, where there is something to end', () => {
    const scheduled = made({ nodeName: 'n', terminationGracePeriodSeconds: 7 });
    assert.equal(grace(scheduled), 7);
    assert.equal(grace(scheduled, 3), 3);
    assert.equal(grace(scheduled, 0), 0);
    assert.equal(grace(scheduled, -1), 1);
    assert.equal(grace(made({}), 30), 0);
    assert.equal(grace({ ...scheduled, status: { phase: 'Succeeded' } }, 30), 0);
  });

  const classes: [string, Container['resources'], string][] = [
    ['nothing', {}, 'BestEffort'],
    ['a request', { requests: { cpu: '1' } }, 'Burstable'],
    ['equal limits', { limits: { cpu: '1', memory: '1Gi' } }, 'Guaranteed'],
    [
      'limits equal in value',
      { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1000m', memory: '1024Mi' } },
      'Guaranteed',
    ],
    ['one limit', { limits: { cpu: '1' } }, 'Burstable'],
    ['another resource', { requests: { 'example.com/gpu': '1' } }, 'BestEffort'],
  ];
  for (const [what, resources, expected] of classes) {
    it(`is ${expected} with ${what}`, () => {
      assert.equal(qosClass({ containers: [{ name: 'a', ...(resources ? { resources } : {}) }] }), expected);
    });
  }

  it('is told at once that its gates hold it back', () => {
    const pod = made({ schedulingGates: [{ name: 'wait' }] }) as unknown as AnyObject;
    podRow.prepareCreate?.(pod);
    const [condition] = (pod as unknown as Pod).status?.conditions ?? [];
    assert.deepEqual(
      [condition?.type, condition?.status, condition?.reason],
      ['PodScheduled', 'False', 'SchedulingGated'],
    );
  });
  it('starts as Pending, with its class', () => {
    const pod = { ...made({}), status: { phase: 'Running' } } as AnyObject;
    podRow.prepareCreate?.(pod);
    assert.deepEqual((pod as Pod).status, { phase: 'Pending', qosClass: 'BestEffort' });
  });
});
