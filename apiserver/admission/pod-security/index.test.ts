import assert from 'node:assert/strict';
import type { AnyObject } from '../../../api/types.js';
import { FakeLookup } from '../../auth/testing/fake-lookup.js';
import { someone } from '../../auth/testing/requests.js';
import { admissionRequest, judges, pod } from '../testing/fixture.js';
import { noConfiguration, type PodSecurityConfiguration } from './configuration.js';
import { podSecurity } from './index.js';
import { type Level, violationsOf } from './levels.js';
import { textOf } from './wording.js';

const namespace = (labels: Record<string, string>): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: 'shop',
    labels: Object.fromEntries(
      Object.entries(labels).map(([name, value]) => [`pod-security.kubernetes.io/${name}`, value]),
    ),
  },
});

describe('a level', () => {
  const container = (securityContext: object, more: object = {}): object => ({
    name: 'c',
    image: 'i',
    securityContext,
    ...more,
  });
  const tame = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  };
  const table: [Level, string, object, string][] = [
    ['baseline', 'a plain pod', { containers: [container({})] }, ''],
    ['restricted', 'a tame pod', { containers: [container(tame)] }, ''],
    ['privileged', 'anything', { hostNetwork: true, containers: [container({ privileged: true })] }, ''],
    [
      'baseline',
      "the node's namespaces",
      { hostNetwork: true, hostPID: true, containers: [container({})] },
      'host namespaces (hostNetwork=true, hostPID=true)',
    ],
    [
      'baseline',
      'privileges',
      { containers: [container({ privileged: true }), { name: 'd', securityContext: { privileged: true } }] },
      'privileged (containers "c", "d" must not set securityContext.privileged=true)',
    ],
    [
      'baseline',
      'capabilities',
      { containers: [container({ capabilities: { add: ['NET_ADMIN', 'CHOWN'] } })] },
      'non-default capabilities (container "c" must not include "NET_ADMIN" in securityContext.capabilities.add)',
    ],
    [
      'baseline',
      "the node's files and ports",
      {
        volumes: [{ name: 'v', hostPath: { path: '/' } }],
        containers: [container({}, { ports: [{ containerPort: 80, hostPort: 80 }] })],
      },
      'hostPath volumes (volume "v"), hostPort (container "c" uses hostPort 80)',
    ],
    [
      'baseline',
      'a probe of somebody else',
      { containers: [container({}, { livenessProbe: { httpGet: { host: '10.0.0.1', port: 80 } } })] },
      'probe or lifecycle host (container "c" uses host "10.0.0.1")',
    ],
    [
      'baseline',
      'fewer guards',
      {
        securityContext: { seccompProfile: { type: 'Unconfined' }, sysctls: [{ name: 'kernel.msgmax', value: '1' }] },
        containers: [
          container({
            procMount: 'Unmasked',
            appArmorProfile: { type: 'Unconfined' },
            seLinuxOptions: { type: 'spc_t', user: 'u' },
          }),
        ],
      },
      'forbidden AppArmor profile (container "c" must not set AppArmor profile type to "Unconfined"), procMount (container "c" must not set securityContext.procMount to "Unmasked"), seLinuxOptions (container "c" set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set), seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined"), forbidden sysctls (kernel.msgmax)',
    ],
    [
      'restricted',
      'a plain pod',
      { containers: [container({})] },
      'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    ],
    [
      'restricted',
      'a pod that says no',
      {
        securityContext: { runAsNonRoot: false, runAsUser: 0 },
        volumes: [
          { name: 'v', hostPath: { path: '/' } },
          { name: 'n', nfs: {} },
        ],
        containers: [
          container({
            ...tame,
            runAsNonRoot: undefined,
            seccompProfile: { type: 'Unconfined' },
            capabilities: { drop: ['ALL'], add: ['SYS_TIME'] },
          }),
        ],
      },
      'unrestricted capabilities (container "c" must not include "SYS_TIME" in securityContext.capabilities.add), restricted volume types (volumes "v", "n" use restricted volume types "hostPath", "nfs"), runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false), runAsUser=0 (pod must not set runAsUser=0), seccompProfile (container "c" must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
  ];
  for (const [level, what, spec, text] of table) {
    it(`${level} ${text === '' ? 'takes' : 'has something against'} ${what}`, () => {
      const checked = { annotations: {}, spec: spec as never };
      assert.equal(textOf(violationsOf(checked, { level })), text);
    });
  }

  it('of an earlier version asks what was asked then', () => {
    const checked = { annotations: {}, spec: { containers: [container({})] } as never };
    assert.equal(
      textOf(violationsOf(checked, { level: 'restricted', minor: 10 })),
      'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true)',
    );
  });
});

describe('PodSecurity', () => {
  const plugin = (labels: Record<string, string>, ...others: AnyObject[]) =>
    podSecurity(new FakeLookup([namespace(labels), ...others]));
  const host = pod({ spec: { hostNetwork: true } });

  judges(plugin({ enforce: 'baseline' }), [
    ['a plain pod', { resource: 'pods', object: pod() }],
    [
      "the node's network",
      { resource: 'pods', object: host },
      'pods "web" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
    ],
    ['what was there before', { resource: 'pods', operation: 'UPDATE', object: host, oldObject: host }],
    [
      'a new image for it',
      {
        resource: 'pods',
        operation: 'UPDATE',
        object: host,
        oldObject: pod({ spec: { hostNetwork: true, containers: [{ name: 'c', image: 'old' }] } }),
      },
      /violates PodSecurity/,
    ],
    [
      'what will make such pods',
      { resource: 'deployments.apps', object: { metadata: { name: 'web' }, spec: { template: host } } },
    ],
  ]);
  judges(plugin({}), [['anything where nothing is said', { resource: 'pods', object: host }]]);
  judges(plugin({ enforce: 'none of these' }), [
    ['anything where nobody knows what is meant', { resource: 'pods', object: pod() }, /restricted:latest/],
  ]);

  const heard = async (labels: Record<string, string>, resource: string, object: unknown) => {
    const request = {
      ...admissionRequest({ resource, object }),
      warnings: [] as string[],
      annotations: {} as Record<string, string>,
    };
    await plugin(labels).validate?.(request);
    return request;
  };

  it('warns who makes pods that another level would refuse', async () => {
    const said = 'would violate PodSecurity "baseline:v1.36": host namespaces (hostNetwork=true)';
    const labels = { warn: 'baseline', 'warn-version': 'v1.36', audit: 'baseline', 'audit-version': 'v1.36' };
    const { warnings, annotations } = await heard(labels, 'pods', host);
    assert.deepEqual(warnings, [said]);
    assert.deepEqual(annotations, { 'pod-security.kubernetes.io/audit-violations': said });
    const template = { spec: { template: { spec: host.spec } } };
    assert.deepEqual((await heard(labels, 'deployments.apps', { metadata: { name: 'd' }, ...template })).warnings, [
      said,
    ]);
    const cron = { spec: { jobTemplate: template } };
    assert.deepEqual((await heard(labels, 'cronjobs.batch', { metadata: { name: 'd' }, ...cron })).warnings, [said]);
  });

  it('holds labels to their words', async () => {
    const request = admissionRequest({
      resource: 'namespaces',
      namespace: '',
      object: namespace({ enforce: 'strict', 'warn-version': '1' }),
    });
    assert.throws(() => plugin({}).validate?.(request), {
      message:
        'Namespace "shop" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted, metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1": must be "latest" or "v1.x"]',
    });
  });

  it('tells who makes a namespace stricter of the pods in it', async () => {
    const pods = ['a', 'b', 'c'].map(name => pod({ metadata: { name }, spec: { hostNetwork: name !== 'c' } }));
    const request = {
      ...admissionRequest({
        resource: 'namespaces',
        namespace: '',
        operation: 'UPDATE',
        object: namespace({ enforce: 'baseline' }),
        oldObject: namespace({}),
      }),
      warnings: [] as string[],
    };
    await plugin({}, ...pods).validate?.(request);
    assert.deepEqual(request.warnings, [
      'existing pods in namespace "shop" violate the new PodSecurity enforce level "baseline:latest"',
      'a (and 1 other pod): host namespaces (hostNetwork=true)',
    ]);
  });
});

describe('the configuration of PodSecurity', () => {
  const configuration: PodSecurityConfiguration = {
    defaults: { ...noConfiguration.defaults, enforce: { level: 'baseline' } },
    exempt: {
      users: new Set(['boss']),
      runtimeClasses: new Set(['sandboxed']),
      namespaces: new Set(['free']),
    },
  };
  const plugin = (labels: Record<string, string> = {}) =>
    podSecurity(new FakeLookup([namespace(labels)]), configuration);
  const open = (more: object = {}) => pod({ spec: { hostNetwork: true, ...more } });
  const refused = /violates PodSecurity "baseline:latest": host namespaces/;
  judges(plugin(), [
    ['of a namespace that says nothing', { resource: 'pods', object: open() }, refused],
    ['by who is exempt', { resource: 'pods', object: open(), user: someone('boss') }],
    ['of a runtime that is exempt', { resource: 'pods', object: open({ runtimeClassName: 'sandboxed' }) }],
    ['of a runtime that is not', { resource: 'pods', object: open({ runtimeClassName: 'runc' }) }, refused],
    ['in a namespace that is exempt', { resource: 'pods', namespace: 'free', object: open() }],
  ]);
  judges(plugin({ enforce: 'privileged' }), [['of a namespace that says more', { resource: 'pods', object: open() }]]);
  judges(plugin({ 'enforce-version': 'v1.0' }), [
    ['of a namespace that says a version', { resource: 'pods', object: open() }, /PodSecurity "baseline:v1\.0"/],
  ]);
  it('is told of in the audit log', async () => {
    const request = admissionRequest({ resource: 'pods', object: open(), user: someone('boss') });
    request.annotations = {};
    await plugin().validate?.(request);
    assert.deepEqual(request.annotations, { 'pod-security.kubernetes.io/exempt': 'user' });
  });
});
