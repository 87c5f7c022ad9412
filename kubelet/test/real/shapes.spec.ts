/** How a pod is to run: its size, its restarts, its rights, and what it shares with the host. Run by real.test.ts. */
import assert from 'node:assert/strict';
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Pod } from '../../../api/types.js';
import { busybox, containerId, idle, TestNode } from '../node.js';

describe('a pod has', function () {
  this.timeout(120_000);
  let node: TestNode;
  before(async () => {
    node = await TestNode.start();
  });
  after(() => node.remove());

  it('sizes of its own, which hold for containers that name none', async () => {
    const resources = { limits: { cpu: '200m', memory: '48Mi' }, requests: { cpu: '100m', memory: '24Mi' } };
    const volumes = [{ name: 'v', emptyDir: { medium: 'Memory' } }];
    const mounted = { volumeMounts: [{ name: 'v', mountPath: '/v' }] };
    const containers = [
      busybox('c', idle, mounted),
      busybox('small', idle, { resources: { limits: { memory: '16Mi' } } }),
    ];
    await node.create('sized', { resources, volumes, containers });
    const sized = await node.ready('sized');
    assert.equal(sized.status?.qosClass, 'Burstable');
    const limit = (index: number, above = ''): string => {
      const pid = node.pidOfTask(containerId(sized, index).replace('containerd://', ''));
      const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
      const v1 = groups.find(line => line.split(':')[1] === 'memory')?.split(':')[2];
      const v2 = groups.find(line => line.startsWith('0::'))?.slice(3);
      const [group, file] = v1 ? [`memory${v1}`, 'memory.limit_in_bytes'] : [v2 ?? '', 'memory.max'];
      return readFileSync(join('/sys/fs/cgroup', group, above, file), 'utf8').trim();
    };
    assert.match(await node.exec(sized, ['df', '-k', '/v'], 'c'), /tmpfs\s+49152 /, 'no more than its pod may have');
    const mebi = 1024 * 1024;
    assert.deepEqual(
      [limit(0), limit(1), limit(0, '..')],
      [48, 16, 48].map(n => String(n * mebi)),
    );
  });

  it('a start anew of one container, whatever the pod says of the others', async () => {
    const again = { action: 'Restart', exitCodes: { operator: 'In', values: [42] } };
    await node.create('picky', {
      restartPolicy: 'Never',
      volumes: [{ name: 'v', emptyDir: {} }],
      initContainers: [
        busybox('first', 'test -f /v/first && exit 0; touch /v/first; exit 1', {
          volumeMounts: [{ name: 'v', mountPath: '/v' }],
          restartPolicy: 'OnFailure',
        }),
      ],
      containers: [
        busybox('c', 'test -f /v/c && exit 0; touch /v/c; exit 42', {
          volumeMounts: [{ name: 'v', mountPath: '/v' }],
          restartPolicy: 'Never',
          restartPolicyRules: [again],
        }),
        busybox('once', 'exit 0'),
      ],
    });
    const { status } = await node.until('picky', 'over', pod => /Succeeded|Failed/.test(pod.status?.phase ?? ''));
    const counts = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
    assert.deepEqual(
      [status?.phase, ...counts.map(s => `${s.name} ${s.restartCount}`)],
      ['Succeeded', 'first 1', 'c 1', 'once 0'],
    );
    await node.create('stubborn', {
      containers: [busybox('c', 'exit 3', { restartPolicy: 'Never', restartPolicyRules: [again] })],
    });
    const stubborn = await node.until('stubborn', 'over', pod => pod.status?.phase === 'Failed');
    assert.equal(stubborn.status?.containerStatuses?.[0]?.restartCount, 0);
  });

  it('what the kernel is to allow and to hide', async () => {
    const secured = (name: string, securityContext: object) => busybox(name, idle, { securityContext });
    await node.create('guarded', {
      containers: [
        secured('usual', {}),
        secured('more', { capabilities: { add: ['NET_ADMIN'] }, seccompProfile: { type: 'RuntimeDefault' } }),
        secured('open', { procMount: 'Unmasked' }),
        secured('all', { privileged: true }),
        secured('grouped', { runAsGroup: 2000 }),
      ],
    });
    const pod = await node.ready('guarded');
    const see = (container: string, ...command: string[]) => node.exec(pod, command, container);
    const field = async (container: string, name: string): Promise<string> =>
      new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(await see(container, 'cat', '/proc/1/status'))?.[1] ?? '';
    const netAdmin = 1n << 12n;
    const may = async (container: string): Promise<boolean> =>
      (BigInt(`0x${await field(container, 'CapEff')}`) & netAdmin) !== 0n;
    assert.deepEqual([await may('usual'), await may('more'), await may('all')], [false, true, true]);
    // 0 is none, 2 is a filter.
    assert.deepEqual([await field('usual', 'Seccomp'), await field('more', 'Seccomp')], ['0', '2']);
    const hidden = async (container: string): Promise<boolean> =>
      / \/proc\/interrupts /.test(await see(container, 'mount'));
    assert.deepEqual([await hidden('usual'), await hidden('open'), await hidden('all')], [true, false, false]);
    const fixed = async (container: string): Promise<boolean> =>
      / \/proc\/sys .*\(ro,/.test(await see(container, 'mount'));
    assert.deepEqual([await fixed('usual'), await fixed('open')], [true, false]);
    assert.equal((await see('grouped', 'id', '-u')).trim(), '0');
    assert.equal((await see('grouped', 'id', '-g')).trim(), '2000');
  });

  it('what the host shares: its names, its memory between processes, and aliases beside them', async () => {
    await node.create('hostly', {
      hostNetwork: true,
      hostIPC: true,
      hostAliases: [{ ip: '10.9.9.9', hostnames: ['alias', 'other'] }],
      containers: [busybox('c', idle)],
    });
    await node.create('private', { containers: [busybox('c', idle)] });
    const [hostly, own] = await Promise.all([node.ready('hostly'), node.ready('private')]);
    const memory = (pod: Pod) => node.exec(pod, ['readlink', '/proc/self/ns/ipc']);
    const host = readlinkSync('/proc/self/ns/ipc');
    assert.equal((await memory(hostly)).trim(), host);
    assert.notEqual((await memory(own)).trim(), host);
    const hosts = await node.exec(hostly, ['cat', '/etc/hosts']);
    assert.match(hosts, /^# Kubernetes-managed hosts file \(host network\)\.$/m);
    assert.match(hosts, /^10\.9\.9\.9\talias\tother$/m);
    assert.ok(hosts.includes(readFileSync('/etc/hosts', 'utf8')));
  });

  it('variables from a file that an init container wrote, at each start', async () => {
    const mounted = { volumeMounts: [{ name: 'v', mountPath: '/v' }] };
    const variable = (name: string, key: string, more: object = {}) => ({
      name,
      valueFrom: { fileKeyRef: { volumeName: 'v', path: 'conf/app.env', key, ...more } },
    });
    await node.create('configured', {
      volumes: [{ name: 'v', emptyDir: {} }],
      initContainers: [
        busybox('first', `mkdir /v/conf; printf "# made\\nA='one two'\\nB='\\$A\\n2'\\n" > /v/conf/app.env`, mounted),
      ],
      containers: [
        busybox('c', idle, { env: [variable('Y', 'B'), variable('Z', 'C', { optional: true })] }),
        busybox('again', `printf "A='three'\\n" >> /v/conf/app.env; [ "$X" = three ] || exit 1; ${idle}`, {
          ...mounted,
          env: [variable('X', 'A')],
        }),
      ],
    });
    const pod = await node.ready('configured');
    const seen = await node.exec(pod, ['sh', '-c', 'echo "$Y/$Z."'], 'c');
    assert.equal(seen, '$A\n2/.\n');
    assert.equal(pod.status?.containerStatuses?.find(c => c.name === 'again')?.restartCount, 1);
    assert.equal(await node.exec(pod, ['sh', '-c', 'echo $X'], 'again'), 'three\n');

    await node.create('misled', {
      volumes: [{ name: 'v', emptyDir: {} }],
      initContainers: [busybox('first', `mkdir /v/conf; ln -s /etc/passwd /v/conf/app.env`, mounted)],
      containers: [busybox('c', idle, { env: [variable('X', 'A')] })],
    });
    const misled = await node.until('misled', 'refused', p => {
      return p.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError';
    });
    assert.match(misled.status?.containerStatuses?.[0]?.state?.waiting?.message ?? '', /leads out of the volume/);
  });
});
