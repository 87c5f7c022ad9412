import assert from 'node:assert/strict';
import { servicePort, stateOf } from '../testing/state.js';
import { mayLeaveFlows, parseFlows, staleFlows } from './flows.js';

const listed = `udp      17 29 src=10.244.1.5 dst=10.96.0.10 sport=40000 dport=53 [UNREPLIED] src=10.244.1.2 dst=10.244.1.5 sport=5353 dport=40000 mark=0 use=1
udp      17 170 src=192.0.2.1 dst=192.0.2.1 sport=5 dport=30053 src=10.244.1.3 dst=10.244.1.1 sport=5353 dport=7 [ASSURED] mark=0 use=1
tcp      6 1 nonsense
`;
const flow = (destination: string, port: number, answeredBy: string) => ({
  destination,
  port,
  answeredBy,
  answeringPort: 5353,
});
const dns = (backends: string[]) => stateOf(servicePort(backends, { protocol: 'UDP', port: 53, nodePort: 30053 }));

describe('proxy/model: UDP flows to backends that are gone', () => {
  it('reads what conntrack lists', () => {
    assert.deepEqual(parseFlows(listed), [
      flow('10.96.0.10', 53, '10.244.1.2'),
      flow('192.0.2.1', 30053, '10.244.1.3'),
    ]);
  });

  const toService = flow('10.96.0.10', 53, '10.244.1.2');
  const toNode = flow('192.0.2.1', 30053, '10.244.1.2');
  const cases: [string, string[], ReturnType<typeof flow>, boolean][] = [
    ['its backend is there', ['10.244.1.2:5353'], toService, false],
    ['its backend drains', ['10.244.1.2:5353 draining'], toService, false],
    ['its backend is gone', ['10.244.1.3:5353'], toService, true],
    ['its backend has another port now', ['10.244.1.2:53'], toService, true],
    ['nobody is left', [], toService, true],
    ['it began before there was a rule', ['10.244.1.2:5353'], flow('10.96.0.10', 53, '10.96.0.10'), true],
    ['a node port, its backend is gone', ['10.244.1.3:5353'], toNode, true],
    ['the same port of another machine', ['10.244.1.3:5353'], flow('198.51.100.1', 30053, '198.51.100.1'), false],
    ['no service', ['10.244.1.3:5353'], flow('10.96.0.11', 53, '10.244.1.2'), false],
  ];
  for (const [what, backends, one, stale] of cases) {
    it(`${stale ? 'stale' : 'kept'}: ${what}`, () => {
      assert.deepEqual(staleFlows(dns(backends), [one, one], ['127.0.0.1', '192.0.2.1']), stale ? [one] : []);
    });
  }

  it('TCP ends by itself', () => {
    assert.deepEqual(staleFlows(stateOf(servicePort([], { port: 53 })), [toService], []), []);
    assert.equal(mayLeaveFlows(stateOf(servicePort([])), stateOf()), false);
    assert.equal(mayLeaveFlows(dns(['10.244.1.2:5353']), dns([])), true);
    assert.equal(mayLeaveFlows(undefined, dns([])), true);
  });
});
