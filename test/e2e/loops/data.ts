/** A claim that lives as long as its pod, and endpoints that somebody keeps by hand. */
import assert from 'node:assert/strict';
import { endpointSlices, endpoints, persistentVolumeClaims, pods } from '../../../client/resources.js';
import { eventually } from '../lab.js';
import { idle, isReady, shell } from '../node/scene.js';
import { object, type Part } from './stage.js';

const claim = { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } } };
const ports = [{ name: 'http', port: 8080 }];

export const data: Part = {
  namespace: 'data',
  objects: [
    object('v1', 'Pod', 'writes', {
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [shell(`echo kept > /data/file; ${idle}`, { volumeMounts: [{ name: 'own', mountPath: '/data' }] })],
        volumes: [{ name: 'own', ephemeral: { volumeClaimTemplate: claim } }],
      },
    }),
    object('v1', 'Service', 'outside', { spec: { ports: [{ name: 'http', port: 80 }] } }),
    object('v1', 'Endpoints', 'outside', { subsets: [{ addresses: [{ ip: '192.0.2.10' }], ports }] }),
  ],

  tests({ stage, until, untilGone, get, list, orrery }) {
    it('an ephemeral volume is a claim of the pod’s own, and goes with it', async () => {
      const pod = await until(pods, 'writes', isReady);
      assert.equal(await orrery('exec', 'writes', '--', 'cat', '/data/file'), 'kept\n');
      const made = await get(persistentVolumeClaims, 'writes-own');
      assert.equal(made.status?.phase, 'Bound');
      assert.equal(made.metadata.ownerReferences?.[0]?.uid, pod.metadata.uid);
      await stage().api.delete(pods, { namespace: 'data', name: 'writes' });
      await untilGone(persistentVolumeClaims, 'writes-own');
    });

    it('endpoints kept by hand are in a slice, and the slice follows them', async () => {
      const slices = () => list(endpointSlices, 'kubernetes.io/service-name=outside');
      const addresses = async () => (await slices()).flatMap(slice => slice.endpoints ?? []).flatMap(e => e.addresses);
      await eventually(addresses, all => all.join() === '192.0.2.10');
      const [slice] = await slices();
      assert.equal(
        slice?.metadata.labels?.['endpointslice.kubernetes.io/managed-by'],
        'endpointslicemirroring-controller.k8s.io',
      );
      const subsets = [{ addresses: [{ ip: '192.0.2.11' }, { ip: '192.0.2.12' }], ports }];
      await stage().api.patch(endpoints, { namespace: 'data', name: 'outside' }, 'merge', { subsets });
      await eventually(addresses, all => all.sort().join() === '192.0.2.11,192.0.2.12');
      await stage().api.delete(endpoints, { namespace: 'data', name: 'outside' });
      await eventually(addresses, all => all.length === 0);
    });
  },
};
