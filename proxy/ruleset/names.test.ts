import assert from 'node:assert/strict';
import type { Protocol } from '../model/state.js';
import { backendChain, isServiceChain, serviceChain } from './names.js';

describe('proxy/ruleset: chain names are those of kube-proxy', () => {
  const known: [string, Protocol, string][] = [
    ['default/kubernetes:https', 'TCP', 'KUBE-SVC-NPX46M4PTMTKRN6Y'],
    ['kube-system/kube-dns:dns', 'UDP', 'KUBE-SVC-TCOU7JCQXEZGVUNU'],
    ['kube-system/kube-dns:dns-tcp', 'TCP', 'KUBE-SVC-ERIFXISQEP7F7OF4'],
  ];
  for (const [name, protocol, chain] of known) {
    it(`${name} ${protocol}`, () => assert.equal(serviceChain({ name, protocol }), chain));
  }

  it('a chain that belongs to a service is told from others', () => {
    const port = { name: 'default/web', protocol: 'TCP' as const };
    assert(isServiceChain(backendChain(port, '10.244.0.1', 80)));
    for (const chain of ['KUBE-SERVICES', 'KUBE-SVC-short', 'CNI-DN-0123456789ABCDEF', 'KUBE-KUBELET-CANARY']) {
      assert(!isServiceChain(chain), chain);
    }
  });
});
