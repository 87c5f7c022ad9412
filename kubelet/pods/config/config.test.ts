import assert from 'node:assert/strict';
import type { Container, Pod } from '../../../api/types.js';
import { Directories } from '../../directories.js';
import { containerConfig } from './container.js';
import { dnsConfig } from './dns.js';
import { hostName, hostsFile } from './hosts.js';
import { refusal } from './refusals.js';
import { sandboxConfig } from './sandbox.js';
import { containerSecurity, nonRootProblem } from './security.js';

const pod = (spec: object = {}, metadata: object = {}): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', uid: 'u', ...metadata },
    spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
  }) as Pod;
const container = (more: Partial<Container> = {}): Container => ({ name: 'c', image: 'i', ...more });
const node = { servers: ['1.1.1.1'], searches: ['example.org'], options: ['timeout:2'] };
const cluster = { server: '10.96.0.10', domain: 'cluster.local' };
const clusterFirst = {
  servers: ['10.96.0.10'],
  searches: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'example.org'],
  options: ['ndots:5'],
};

describe('resolv.conf', () => {
  const cases: [string, object, object, object][] = [
    ['ClusterFirst', {}, cluster, clusterFirst],
    ['ClusterFirst without a DNS service', {}, { ...cluster, server: undefined }, node],
    ['ClusterFirst on the host network', { hostNetwork: true }, cluster, node],
    ['ClusterFirstWithHostNet', { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }, cluster, clusterFirst],
    ['Default', { dnsPolicy: 'Default' }, cluster, node],
    [
      'None, with dnsConfig',
      { dnsPolicy: 'None', dnsConfig: { nameservers: ['9.9.9.9'], searches: ['a'], options: [{ name: 'x' }] } },
      cluster,
      { servers: ['9.9.9.9'], searches: ['a'], options: ['x'] },
    ],
    [
      'dnsConfig adds, and its options win',
      { dnsConfig: { nameservers: ['9.9.9.9'], options: [{ name: 'ndots', value: '2' }] } },
      cluster,
      { ...clusterFirst, servers: ['10.96.0.10', '9.9.9.9'], options: ['ndots:2'] },
    ],
  ];
  for (const [what, spec, dns, expected] of cases) {
    it(what, () => assert.deepEqual(dnsConfig(pod(spec), node, dns as typeof cluster), expected));
  }
});

describe('/etc/hosts', () => {
  it('names the pod', () => assert.match(hostsFile(pod(), ['10.1.1.1'], 'cluster.local', ''), /^10\.1\.1\.1\tweb$/m));
  it('with its subdomain', () => {
    const spec = { hostname: 'h', subdomain: 's' };
    assert.match(
      hostsFile(pod(spec), ['10.1.1.1'], 'cluster.local', ''),
      /^10\.1\.1\.1\th\.s\.shop\.svc\.cluster\.local\th$/m,
    );
  });
  it("begins with the node's on the host network", () => {
    const text = hostsFile(pod({ hostNetwork: true }), ['10.1.1.1'], 'cluster.local', '127.0.0.1 me\n');
    assert.match(text, /^127\.0\.0\.1 me$/m);
    assert.doesNotMatch(text, /10\.1\.1\.1/);
  });
  it('names are cut to what Linux takes', () => {
    assert.equal(hostName(pod({}, { name: `${'a'.repeat(62)}-b` }), 'x').hostname, 'a'.repeat(62));
  });
});

describe('what is refused', () => {
  const cases: [string, object, RegExp | undefined][] = [
    ['nothing unusual', {}, undefined],
    ['another system', { os: { name: 'windows' } }, /does not match/],
    ['a RuntimeClass', { runtimeClassName: 'x' }, undefined],
    ['user namespaces', { hostUsers: false }, /hostUsers/],
    [
      'an unsafe sysctl',
      { securityContext: { sysctls: [{ name: 'kernel.panic', value: '1' }] } },
      /^SysctlForbidden Pod was rejected: forbidden sysctl: "kernel.panic" not allowlisted$/,
    ],
    ['one in other words', { securityContext: { sysctls: [{ name: 'net/ipv4/tcp_wmem', value: '1' }] } }, undefined],
    [
      "one of the host's network",
      { hostNetwork: true, securityContext: { sysctls: [{ name: 'net.ipv4.tcp_syncookies', value: '1' }] } },
      /not allowed with host net enabled/,
    ],
    [
      "one of the host's memory",
      { hostIPC: true, securityContext: { sysctls: [{ name: 'kernel.shm_rmid_forced', value: '1' }] } },
      /not allowed with host ipc enabled/,
    ],
    ['no AppArmor', { securityContext: { appArmorProfile: { type: 'Unconfined' } } }, undefined],
    [
      'AppArmor',
      { containers: [{ name: 'c', securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } }] },
      /^AppArmor Pod was rejected: Cannot enforce AppArmor/,
    ],
    [
      'AppArmor where it is enforced',
      { securityContext: { appArmorProfile: { type: 'Localhost', localhostProfile: 'p' } } },
      undefined,
    ],
    [
      'groups of the image',
      { securityContext: { supplementalGroupsPolicy: 'Strict' } },
      /^SupplementalGroupsPolicyNotSupported/,
    ],
    [
      'groups of the image, where the runtime can',
      { securityContext: { supplementalGroupsPolicy: 'Strict' } },
      undefined,
    ],
    ['user namespaces, where the runtime can', { hostUsers: false }, undefined],
    ['hugepages, here', { containers: [{ name: 'c', resources: { limits: { 'hugepages-2Mi': '2Mi' } } }] }, undefined],
    ['a safe sysctl', { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_syncookies', value: '1' }] } }, undefined],
    ['a sidecar', { initContainers: [{ name: 's', restartPolicy: 'Always' }] }, undefined],
    [
      'another stop signal',
      { containers: [{ name: 'c', lifecycle: { stopSignal: 'SIGUSR1' } }] },
      /stopSignal SIGUSR1/,
    ],
    ['block devices', { containers: [{ name: 'c', volumeDevices: [{}] }] }, /volumeDevices/],
    ['an SELinux label', { securityContext: { seLinuxOptions: { level: 's0' } } }, undefined],
    [
      'an SELinux label where it is enforced',
      { securityContext: { seLinuxOptions: { level: 's0' } } },
      /seLinuxOptions/,
    ],
    [
      "a resource of Kubernetes' own that this kubelet does not know",
      { containers: [{ name: 'c', resources: { limits: { 'kubernetes.io/batch-cpu': '1' } } }] },
      /resource kubernetes\.io\/batch-cpu/,
    ],
    ['licences, here', { containers: [{ name: 'c', resources: { limits: { 'x/licence': '1' } } }] }, undefined],
  ];
  for (const [what, spec, expected] of cases) {
    it(what, () => {
      const isEnforced = what.includes('where it is enforced');
      const can = what.includes('where the runtime can');
      const handlers = [{ name: '', features: { recursiveReadOnlyMounts: can, userNamespaces: can } }];
      const runtime = { handlers, supplementalGroupsPolicy: can };
      const refused = refusal(pod(spec), { selinux: isEnforced, apparmor: isEnforced, runtime });
      if (expected) assert.match(`${refused?.reason} ${refused?.message}`, expected);
      else assert.equal(refused, undefined);
    });
  }
});

describe('who a container runs as', () => {
  const image = { id: '', repoTags: [], repoDigests: [], size: 0, uid: null, username: '', pinned: false };
  const cases: [string, object, Partial<Container>, object, RegExp | undefined][] = [
    ['anybody, when nothing is asked', {}, {}, {}, undefined],
    ['not root, by the spec', { runAsNonRoot: true, runAsUser: 5 }, {}, {}, undefined],
    ['not root, by the image', { runAsNonRoot: true }, {}, { uid: { value: 7 } }, undefined],
    ['root, by the spec', { runAsNonRoot: true }, { securityContext: { runAsUser: 0 } }, {}, /breaks non-root policy/],
    ['root, by the image', { runAsNonRoot: true }, {}, {}, /image will run as root/],
    ['a name', { runAsNonRoot: true }, {}, { username: 'app' }, /non-numeric user \(app\)/],
    [
      "the container's word counts",
      { runAsNonRoot: true },
      { securityContext: { runAsNonRoot: false } },
      {},
      undefined,
    ],
  ];
  for (const [what, securityContext, c, of, expected] of cases) {
    it(what, () => {
      const problem = nonRootProblem(pod({ securityContext }), container(c), { ...image, ...of });
      if (expected) assert.match(problem ?? '', expected);
      else assert.equal(problem, undefined);
    });
  }

  it("a container's word goes before its pod's", () => {
    const shared = { runAsUser: 1, runAsGroup: 2, fsGroup: 3, supplementalGroups: [4] };
    const security = containerSecurity(
      pod({ securityContext: shared }),
      container({ securityContext: { runAsUser: 9 } }),
      { seccompRoot: '/seccomp' },
    );
    assert.deepEqual(security.runAsUser, { value: 9 });
    assert.deepEqual(security.runAsGroup, { value: 2 });
    assert.deepEqual(security.supplementalGroups, [4, 3]);
  });
  it('a group alone goes with the user of the image', () => {
    const of = (more: object) => {
      const parts = { seccompRoot: '', image: { ...image, ...more } };
      const { runAsUser, runAsUsername } = containerSecurity(
        pod(),
        container({ securityContext: { runAsGroup: 5 } }),
        parts,
      );
      return runAsUsername ?? runAsUser?.value;
    };
    assert.deepEqual([of({}), of({ uid: { value: 7 } }), of({ username: 'app' })], [0, 7, 'app']);
    assert.equal(containerSecurity(pod(), container({}), { seccompRoot: '', image }).runAsUser, undefined);
  });
  it('profiles: seccomp by the file of its name, AppArmor by its name', () => {
    const own = {
      seccompProfile: { type: 'Localhost', localhostProfile: 'strict.json' },
      appArmorProfile: { type: 'Localhost', localhostProfile: 'tight' },
    };
    const shared = pod({ securityContext: { seccompProfile: { type: 'RuntimeDefault' } } });
    const of = (c: Container) => containerSecurity(shared, c, { seccompRoot: '/d/seccomp' });
    assert.deepEqual(of(container({ securityContext: own })).seccomp, {
      profileType: 'Localhost',
      localhostRef: '/d/seccomp/strict.json',
    });
    assert.deepEqual(of(container({ securityContext: own })).apparmor, {
      profileType: 'Localhost',
      localhostRef: 'tight',
    });
    assert.deepEqual(of(container({})).seccomp, { profileType: 'RuntimeDefault' });
    assert.equal(of(container({})).apparmor, undefined);
  });
  it('an unmasked /proc is seen whole', () =>
    assert.deepEqual(
      containerSecurity(pod(), container({ securityContext: { procMount: 'Unmasked' } }), { seccompRoot: '' })
        .maskedPaths,
      [],
    ));
  it('a privileged container sees all of /proc', () => {
    const security = containerSecurity(pod(), container({ securityContext: { privileged: true } }), {
      seccompRoot: '',
    });
    assert.deepEqual([security.maskedPaths, security.readonlyPaths], [[], []]);
  });
});

describe("the runtime's configuration", () => {
  const around = {
    directories: new Directories('/d'),
    cgroupParent: '/kubepods/podu',
    nodeDns: node,
    clusterDns: cluster,
  };

  it('of a sandbox', () => {
    const ports = [{ containerPort: 80, hostPort: 8080 }, { containerPort: 81 }];
    const object = pod({ containers: [{ name: 'c', ports }], shareProcessNamespace: true }, { labels: { app: 'x' } });
    const config = sandboxConfig(object, 2, around);
    assert.deepEqual(config.metadata, { name: 'web', namespace: 'shop', uid: 'u', attempt: 2 });
    assert.deepEqual(config.portMappings, [{ protocol: 'TCP', containerPort: 80, hostPort: 8080 }]);
    assert.equal(config.logDirectory, '/d/logs/pods/shop_web_u');
    assert.equal(config.hostname, 'web');
    assert.deepEqual(config.labels, {
      app: 'x',
      'io.kubernetes.pod.name': 'web',
      'io.kubernetes.pod.namespace': 'shop',
      'io.kubernetes.pod.uid': 'u',
    });
    assert.deepEqual(config.linux.securityContext.namespaceOptions, { network: 'POD', pid: 'POD', ipc: 'POD' });
  });
  it('of a sandbox whose name is given, or too long', () => {
    const named = (spec: object) => sandboxConfig(pod({ hostname: 'h', subdomain: 's', ...spec }), 0, around).hostname;
    assert.equal(named({}), 'h');
    assert.equal(named({ setHostnameAsFQDN: true }), 'h.s.shop.svc.cluster.local');
    assert.equal(named({ hostnameOverride: 'me.example.org' }), 'me.example.org');
    assert.throws(() => named({ setHostnameAsFQDN: true, subdomain: 's'.repeat(60) }), /is too long \(64 characters/);
  });
  it('of a sandbox on the host network', () => {
    const config = sandboxConfig(pod({ hostNetwork: true, hostPID: true, hostIPC: true }), 0, around);
    assert.deepEqual(config.linux.securityContext.namespaceOptions, { network: 'NODE', pid: 'NODE', ipc: 'NODE' });
    assert.equal(config.hostname, undefined);
  });
  it('of a pod with users of its own', () => {
    const users = [{ hostId: 131_072, containerId: 0, length: 65_536 }];
    const { usernsOptions } = sandboxConfig(pod(), 0, { ...around, users }).linux.securityContext.namespaceOptions;
    assert.deepEqual(usernsOptions, { mode: 'POD', uids: users, gids: users });
    const security = containerSecurity(pod(), container(), { seccompRoot: '/s', users });
    assert.deepEqual(security.namespaceOptions?.usernsOptions, usernsOptions);
  });
  it('of a pod that leaves out the groups of its images', () => {
    const strict = pod({ securityContext: { supplementalGroupsPolicy: 'Strict' } });
    assert.equal(sandboxConfig(strict, 0, around).linux.securityContext.supplementalGroupsPolicy, 'Strict');
    assert.equal(containerSecurity(strict, container(), { seccompRoot: '/s' }).supplementalGroupsPolicy, 'Strict');
  });
  it('of a container', () => {
    const env = new Map([['WHO', 'me']]);
    const c = container({ command: ['echo', '$(WHO)'], args: ['$$(WHO)', '$(NO)'] });
    const config = containerConfig(pod(), c, {
      attempt: 3,
      restartDelayMs: 20_000,
      env,
      mounts: [],
      nodeMemoryBytes: 1,
      cgroupVersion: 1,
      seccompRoot: '/seccomp',
    });
    assert.deepEqual(config.command, ['echo', 'me']);
    assert.deepEqual(config.args, ['$(WHO)', '$(NO)']);
    assert.equal(config.logPath, 'c/3.log');
    assert.equal(config.labels['io.kubernetes.container.name'], 'c');
    assert.equal(config.annotations['io.kubernetes.container.restartCount'], '3');
  });
});
