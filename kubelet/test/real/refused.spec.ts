/** What a pod asks for in vain: it is told so by an event and by its status, and nothing of it runs. Run by real.test.ts. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import type { Container, Pod, PodSpec, Volume } from '../../../api/types.js';
import { events } from '../../../client/resources.js';
import { busybox, eventually, idle, TestNode } from '../node.js';

describe('what this node cannot do', function () {
  this.timeout(120_000);
  let node: TestNode;
  before(async () => {
    node = await TestNode.start();
  });
  after(() => node.remove());

  const told = async (name: string, pattern: RegExp): Promise<void> => {
    await eventually(
      `there is an event of ${name} like ${pattern}`,
      async () => {
        const { items } = await node.api.list(events, { namespace: 'default' });
        return items.filter(e => e.involvedObject.name === name).map(e => `${e.type} ${e.reason}: ${e.message}`);
      },
      all => all.some(text => pattern.test(text)),
    );
  };
  const created = (name: string, more: Partial<PodSpec>, container: Partial<Container> = {}): Promise<Pod> =>
    node.create(name, { containers: [busybox('c', idle, container)], ...more });

  const isEnforced = (file: string): boolean => existsSync(file) && /^(1|Y)/.test(readFileSync(file, 'utf8'));
  const rejections: [name: string, reason: string, words: RegExp, Partial<PodSpec>, Partial<Container>?][] = [
    // containerd's CRI takes note of them from 2.0 on: asked for them, an earlier one would run the pod without.
    ['user-namespaces', 'NotSupported', /spec\.hostUsers: user namespaces are not supported/, { hostUsers: false }],
    [
      'groups',
      'SupplementalGroupsPolicyNotSupported',
      /SupplementalGroupsPolicy=Strict is not supported in this node/,
      { securityContext: { supplementalGroupsPolicy: 'Strict' } },
    ],
    ['devices', 'NotSupported', /dynamic resources are not supported/, { resourceClaims: [{ name: 'gpu' }] }],
    [
      'pages',
      'OutOfhugepages-2Mi',
      /Node didn't have enough resource: hugepages-2Mi, requested: 4194304, used: 0, capacity: 0/,
      {},
      { resources: { limits: { 'hugepages-2Mi': '4Mi', memory: '8Mi' } } },
    ],
    [
      'licence',
      'OutOfexample.com/licence',
      /Node didn't have enough resource: example\.com\/licence, requested: 1, used: 0, capacity: 0/,
      {},
      { resources: { limits: { 'example.com/licence': '1' } } },
    ],
    ['signal', 'NotSupported', /lifecycle\.stopSignal SIGUSR1/, {}, { lifecycle: { stopSignal: 'SIGUSR1' } }],
  ];
  for (const [name, reason, words, spec, container] of rejections)
    it(`${name}: the pod has failed, and says why`, async function () {
      const { handlers, supplementalGroupsPolicy } = await node.cri.abilities();
      const ofRuntime: Record<string, boolean> = {
        'user-namespaces': handlers.some(({ features }) => features?.userNamespaces),
        groups: supplementalGroupsPolicy,
      };
      if (ofRuntime[name]) {
        console.log('      skipped: the container runtime of this machine can');
        this.skip();
      }
      await created(name, spec, container);
      const { status } = await node.until(name, 'rejected', pod => pod.status?.phase === 'Failed');
      assert.equal(status?.reason, reason);
      assert.match(status?.message ?? '', /^Pod was rejected: /);
      assert.match(status?.message ?? '', words);
      assert.equal(status?.containerStatuses, undefined);
      await told(name, new RegExp(`^Warning ${reason}: Pod was rejected: .*${words.source}`));
    });

  it('AppArmor, where the kernel does not have it', async function () {
    if (isEnforced('/sys/module/apparmor/parameters/enabled')) {
      console.log('      skipped: this machine has AppArmor');
      this.skip();
    }
    await created('profiled', {}, { securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } });
    const { status } = await node.until('profiled', 'rejected', pod => pod.status?.phase === 'Failed');
    assert.equal(status?.reason, 'AppArmor');
    assert.match(status?.message ?? '', /Cannot enforce AppArmor: AppArmor is not enabled on the host$/);
  });

  const volumes: [string, Omit<Volume, 'name'>, RegExp][] = [
    ['iscsi', { iscsi: { targetPortal: 'p', iqn: 'i', lun: 0 } }, /volumes of type iscsi are not supported/],
    ['csi', { csi: { driver: 'x' } }, /volumes of type csi are not supported/],
    ['cephfs', { cephfs: { monitors: ['m'] } }, /volumes of type cephfs are not supported/],
    [
      'bundle',
      { projected: { sources: [{ clusterTrustBundle: { path: 'p' } }] } },
      /projected source clusterTrustBundle/,
    ],
    ['absent', { hostPath: { path: '/nowhere/at/all', type: 'Directory' } }, /hostPath type check failed: .* is not a/],
    // Nobody serves files there; a kernel without NFS says so itself.
    ['nfs', { nfs: { server: '127.0.0.1', path: '/none' } }, /mount.*127\.0\.0\.1:\/none/],
  ];
  for (const [name, source, words] of volumes)
    it(`a volume of ${name}: the pod waits, and an event says why`, async () => {
      await created(name, { volumes: [{ name: 'v', ...source } as Volume] });
      await told(
        name,
        new RegExp(`^Warning FailedMount: MountVolume\\.SetUp failed for volume "v" : .*${words.source}`, 's'),
      );
      const { status } = await node.get(name);
      assert.equal(status?.phase, 'Pending');
      assert.equal(status?.containerStatuses?.[0]?.state?.waiting?.reason, 'ContainerCreating');
    });
});
