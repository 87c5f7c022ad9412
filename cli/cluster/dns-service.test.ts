import assert from 'node:assert/strict';
import { StatusError } from '../../api/status.js';
import type { Service } from '../../api/types.js';
import { services } from '../../client/resources.js';
import { MemoryApi } from '../../client/testing/memory-api.js';
import { dnsAddress, dnsService, ensureDnsService } from './dns-service.js';

const serviceCidr = '10.96.0.0/16';

/** What stands at the end. `refused` is the code with which the first creation fails. */
async function outcome(before: Service | undefined, config: { clusterDns?: boolean }, refused?: number) {
  const api = new MemoryApi();
  if (before) await api.create(services, before);
  let left = refused;
  api.fault = verb => {
    const code = left;
    if (verb !== 'create' || code === undefined) return;
    left = undefined;
    const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code } as const;
    throw new StatusError({ ...status, message: 'provided IP is already allocated', reason: 'Invalid' });
  };
  await ensureDnsService(api, { serviceCidr, ...config });
  const found = (await api.list(services)).items.find(({ metadata }) => metadata.name === 'kube-dns');
  return { spec: found?.spec, writes: api.writes.length };
}

describe("the Service of the cluster's DNS", () => {
  it('has the tenth address of a range that has ten', () => {
    const table: [string, string | undefined][] = [
      ['10.96.0.0/16', '10.96.0.10'],
      ['10.96.0.0/12', '10.96.0.10'],
      ['10.96.7.9/16', '10.96.0.10'],
      ['10.0.0.16/28', '10.0.0.26'],
      ['10.0.0.0/29', undefined],
    ];
    for (const [range, address] of table) assert.equal(dnsAddress(range), address, range);
  });

  it('is made where it is missing, once', async () => {
    const { spec } = await outcome(undefined, {});
    assert.deepEqual([spec?.clusterIP, spec?.selector], ['10.96.0.10', undefined]);
    assert.deepEqual(
      spec?.ports?.map(({ name: port, protocol, port: number }) => `${port} ${number}/${protocol}`),
      ['dns 53/UDP', 'dns-tcp 53/TCP'],
    );
    assert.equal((await outcome(dnsService('10.96.0.10'), {})).writes, 1);
  });

  it('has any address where the tenth is taken', async () => {
    const { spec } = await outcome(undefined, {}, 422);
    assert.deepEqual([spec?.clusterIP, spec?.ports?.length], [undefined, 2]);
  });

  it("goes where it is not wanted, unless it is the user's own", async () => {
    assert.equal((await outcome(dnsService('10.96.0.10'), { clusterDns: false })).spec, undefined);
    assert.equal((await outcome(undefined, { clusterDns: false })).spec, undefined);
    const own = dnsService('10.96.0.10');
    const theirs = { ...own, spec: { ...own.spec, selector: { 'k8s-app': 'kube-dns' } } };
    for (const clusterDns of [true, false])
      assert.deepEqual((await outcome(theirs, { clusterDns })).spec?.selector, { 'k8s-app': 'kube-dns' });
  });
});
