import assert from 'node:assert/strict';
import { apiServerPlan, clusterSpecs, loopsPlan } from './control-planes.js';
import { datastoreOf, isMember, memberCommand, membersOf } from './etcd.js';
import { type ClusterConfig, defaults, layoutOf } from './layout.js';

const layout = layoutOf('/var/lib/orrery');
const one: ClusterConfig = { ...defaults, nodeName: 'n1', address: '192.0.2.1' };
const three: ClusterConfig = { ...one, controlPlanes: 3, datastore: 'etcd' };
const elsewhere: ClusterConfig = { ...three, datastore: 'etcd://192.0.2.7:2379' };

describe('the processes of a cluster', () => {
  it('are three when it has one control plane', () => {
    assert.deepEqual(
      clusterSpecs(one).map(({ name, controlPlane }) => [name, controlPlane]),
      [
        ['apiserver', undefined],
        ['controllers', undefined],
        ['node', undefined],
      ],
    );
    assert.deepEqual(membersOf(one), []);
  });

  it('are an API server and loops for each of several, and one node', () => {
    assert.deepEqual(
      clusterSpecs(three).map(({ name, controlPlane = 0, components }) => `${name} ${controlPlane} ${components}`),
      [
        ...['apiserver-1 1 apiserver', 'apiserver-2 2 apiserver', 'apiserver-3 3 apiserver'],
        ...['controllers-1 1 controllers,scheduler', 'controllers-2 2 controllers,scheduler'],
        ...['controllers-3 3 controllers,scheduler', 'node 0 kubelet,proxy'],
      ],
    );
  });

  it('are members of an etcd as well, unless another is named', () => {
    const members = membersOf(three).map(({ name, address }) => `${name} ${address}`);
    assert.deepEqual(members, ['etcd-1 127.0.0.2', 'etcd-2 127.0.0.3', 'etcd-3 127.0.0.4']);
    assert.deepEqual(membersOf(elsewhere), []);
    assert.deepEqual(membersOf({ datastore: 'etcd' }), [{ name: 'etcd', address: '127.0.0.2' }]);
    const names = [...members.map(words => words.split(' ')[0] ?? ''), 'etcd'];
    assert.ok(names.every(isMember));
    assert.ok(!clusterSpecs(three).some(({ name }) => isMember(name)));
  });
});

describe('what an API server is told', () => {
  it('is the port of the cluster, when it is the only one', () => {
    assert.deepEqual(apiServerPlan(layout, one, 1), { port: 6443, datastore: 'lmdb', flags: [] });
  });

  it('is a port of its own beside the common one, the members of etcd, and where what lies beside the data is', () => {
    const { flags, ...second } = apiServerPlan(layout, three, 2);
    const datastore = 'etcd://127.0.0.2:2379,127.0.0.3:2379,127.0.0.4:2379';
    assert.deepEqual(second, { port: 6445, commonPort: 6443, datastore });
    assert.deepEqual(flags, [
      '--etcd-cafile=/var/lib/orrery/pki/etcd/ca.crt',
      '--etcd-certfile=/var/lib/orrery/pki/apiserver-etcd-client.crt',
      '--etcd-keyfile=/var/lib/orrery/pki/apiserver-etcd-client.key',
      '--encryption-provider-config=/var/lib/orrery/pki/encryption.yaml',
      '--audit-log-path=/var/lib/orrery/audit-2.log',
    ]);
    assert.deepEqual(apiServerPlan(layout, three, 1).flags, flags.slice(0, 4));
  });

  it('is the etcd that was named, to which it brings no secrets of its own', () => {
    const { datastore, flags } = apiServerPlan(layout, elsewhere, 1);
    assert.deepEqual([datastore, flags], [elsewhere.datastore, []]);
    assert.equal(datastoreOf({ ...three, etcdPort: 7000, controlPlanes: 1 }), 'etcd://127.0.0.2:7000');
  });
});

describe('what loops are told', () => {
  it('is who they are, and of several the API server of their own control plane', () => {
    assert.deepEqual(loopsPlan(one, 1), { identity: 'n1:6443' });
    assert.deepEqual(loopsPlan(three, 3), { identity: 'n1:6446', master: 'https://192.0.2.1:6446' });
  });
});

describe('what a member of etcd is told', () => {
  const words = (n: number): Map<string, string> => {
    const [member] = membersOf(three).slice(n - 1);
    assert.ok(member);
    const command = memberCommand(layout, three, member);
    const flags = command.slice(command.indexOf('etcd') + 1);
    return new Map(flags.map(flag => /^--([^=]+)=(.*)$/.exec(flag)?.slice(1) as [string, string]));
  };

  it('is an address and a folder of its own, and all members', () => {
    const [second, third] = [words(2), words(3)];
    assert.equal(second.get('data-dir'), '/var/lib/orrery/store/etcd-2');
    assert.equal(second.get('listen-client-urls'), 'https://127.0.0.3:2379');
    assert.equal(second.get('listen-peer-urls'), 'https://127.0.0.3:2380');
    const all = 'etcd-1=https://127.0.0.2:2380,etcd-2=https://127.0.0.3:2380,etcd-3=https://127.0.0.4:2380';
    assert.equal(second.get('initial-cluster'), all);
    const differ = [...second].flatMap(([name, value]) => (third.get(name) === value ? [] : [name]));
    assert.deepEqual(differ, [
      ...['name', 'data-dir', 'listen-client-urls', 'advertise-client-urls'],
      ...['listen-peer-urls', 'initial-advertise-peer-urls'],
    ]);
  });

  it('lets nobody in whom the authority of etcd did not sign', () => {
    const flags = words(1);
    for (const who of ['', 'peer-']) {
      assert.equal(flags.get(`${who}client-cert-auth`), 'true');
      assert.equal(flags.get(`${who}trusted-ca-file`), '/var/lib/orrery/pki/etcd/ca.crt');
    }
    assert.ok([...flags].filter(([name]) => name.endsWith('-urls')).every(([, urls]) => urls.startsWith('https://')));
  });
});
