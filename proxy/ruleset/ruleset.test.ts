import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ServicePort } from '../model/state.js';
import { servicePort, stateOf } from '../testing/state.js';
import { renderRule } from './render.js';
import { rulesetFor } from './ruleset.js';
import { type Machine, type Packet, trace } from './trace.js';

const node = '192.0.2.1';
const pod = '10.244.1.5';
const otherPod = '10.244.2.9';
const outsider = '198.51.100.7';
const a = '10.244.1.2:8080';
const b = '10.244.1.3:8080';

const machine = (random = 0): Machine => ({ addresses: [node], random: () => random, now: () => 0, lists: new Map() });

/** 'SOURCE -> DESTINATION:PORT', from the node itself where the source is one of its addresses. */
function packet(text: string, protocol: Packet['protocol'] = 'TCP'): Packet {
  const [source = '', to = ''] = text.split(' -> ');
  const [destination = '', port] = to.split(':');
  const from = source === node || source.startsWith('127.') ? 'node' : 'network';
  return { protocol, source, destination, port: Number(port), from };
}

/** 'ACCEPT ip:port', with 'masqueraded' where the source is hidden. */
function outcome(ports: ServicePort[], text: string, random = 0, protocol: Packet['protocol'] = 'TCP'): string {
  const { verdict, destination, port, masqueraded } = trace(
    rulesetFor(stateOf(...ports)),
    packet(text, protocol),
    machine(random),
  );
  if (verdict !== 'ACCEPT') return verdict;
  return `${destination}:${port}${masqueraded ? ' masqueraded' : ''}`;
}

describe('proxy/ruleset: where packets go', () => {
  const plain = [servicePort([a])];
  const nodePort = [servicePort([a], { nodePort: 30080 })];
  const nowhere = [servicePort([], { nodePort: 30080, externalIPs: ['203.0.113.5'] })];
  const external = [servicePort([a], { externalIPs: ['203.0.113.5'] })];
  const remote = `${a} remote`;
  const local = { nodePort: 30080, externalLocal: true };
  const cases: [string, ServicePort[], string, string][] = [
    ['a pod to a cluster IP', plain, `${pod} -> 10.96.0.10:80`, a],
    ["another node's pod keeps its address", plain, `${otherPod} -> 10.96.0.10:80`, a],
    ['the node itself is masqueraded', plain, `${node} -> 10.96.0.10:80`, `${a} masqueraded`],
    ['an outsider is masqueraded', plain, `${outsider} -> 10.96.0.10:80`, `${a} masqueraded`],
    ['a pod that reaches itself', plain, '10.244.1.2 -> 10.96.0.10:80', `${a} masqueraded`],
    ['another port is not touched', plain, `${pod} -> 10.96.0.10:81`, '10.96.0.10:81'],
    ['another address is not touched', plain, `${pod} -> 10.96.0.11:80`, '10.96.0.11:80'],
    ['a pod directly', plain, `${outsider} -> ${a}`, a],

    ['a node port from outside', nodePort, `${outsider} -> ${node}:30080`, `${a} masqueraded`],
    ['a node port from the node', nodePort, `${node} -> ${node}:30080`, `${a} masqueraded`],
    ['a node port on localhost', nodePort, '127.0.0.1 -> 127.0.0.1:30080', `${a} masqueraded`],
    ['a node port from a pod', nodePort, `${pod} -> ${node}:30080`, `${a} masqueraded`],
    ['a node port on another machine is not ours', nodePort, `${pod} -> ${outsider}:30080`, `${outsider}:30080`],
    ['localhost from elsewhere', plain, `${outsider} -> 127.0.0.1:22`, 'DROP'],
    ['localhost from the node', plain, '127.0.0.1 -> 127.0.0.1:22', '127.0.0.1:22'],
    ['an external IP', external, `${outsider} -> 203.0.113.5:80`, `${a} masqueraded`],

    ['no endpoints: cluster IP', nowhere, `${pod} -> 10.96.0.10:80`, 'REJECT'],
    ['no endpoints: from the node', nowhere, `${node} -> 10.96.0.10:80`, 'REJECT'],
    ['no endpoints: node port', nowhere, `${outsider} -> ${node}:30080`, 'REJECT'],
    ['no endpoints: external IP', nowhere, `${outsider} -> 203.0.113.5:80`, 'REJECT'],
    ['none of them ready', [servicePort([`${a} gone`])], `${pod} -> 10.96.0.10:80`, 'REJECT'],

    ['ready before draining', [servicePort([`${a} draining`, b])], `${pod} -> 10.96.0.10:80`, b],
    ['draining where nothing is ready', [servicePort([`${a} draining`, `${b} gone`])], `${pod} -> 10.96.0.10:80`, a],

    ['internal Local stays here', [servicePort([remote, b], { internalLocal: true })], `${pod} -> 10.96.0.10:80`, b],
    [
      'internal Local with none here',
      [servicePort([remote], { internalLocal: true })],
      `${pod} -> 10.96.0.10:80`,
      'DROP',
    ],
    [
      'internal Local leaves node ports alone',
      [servicePort([remote], { internalLocal: true, nodePort: 30080 })],
      `${outsider} -> ${node}:30080`,
      `${a} masqueraded`,
    ],
    ["external Local keeps the client's address", [servicePort([remote, b], local)], `${outsider} -> ${node}:30080`, b],
    ['external Local with none here', [servicePort([remote], local)], `${outsider} -> ${node}:30080`, 'DROP'],
    ['external Local with none at all', [servicePort([], local)], `${outsider} -> ${node}:30080`, 'REJECT'],
    ['external Local from a pod here', [servicePort([remote], local)], `${pod} -> ${node}:30080`, a],
    ['external Local from the node', [servicePort([remote], local)], `${node} -> ${node}:30080`, `${a} masqueraded`],
    ['external Local leaves the cluster IP alone', [servicePort([remote], local)], `${pod} -> 10.96.0.10:80`, a],
    ['external Local drains here', [servicePort([remote, `${b} draining`], local)], `${outsider} -> ${node}:30080`, b],
  ];
  for (const [what, ports, text, expected] of cases) {
    it(`${what}: ${text}`, () => assert.equal(outcome(ports, text), expected));
  }

  it('protocols are apart', () => {
    const dns = [
      servicePort([a], { name: 'default/dns:udp', protocol: 'UDP', port: 53 }),
      servicePort([b], { name: 'default/dns:tcp', protocol: 'TCP', port: 53 }),
      servicePort(['10.244.1.4:9'], { name: 'default/dns:sctp', protocol: 'SCTP', port: 53 }),
    ];
    assert.equal(outcome(dns, `${pod} -> 10.96.0.10:53`, 0, 'UDP'), a);
    assert.equal(outcome(dns, `${pod} -> 10.96.0.10:53`, 0, 'TCP'), b);
    assert.equal(outcome(dns, `${pod} -> 10.96.0.10:53`, 0, 'SCTP'), '10.244.1.4:9');
  });

  it('backends are chosen evenly', () => {
    const rules = rulesetFor(stateOf(servicePort([a, b, '10.244.1.4:8080', '10.244.1.6:8080'])));
    let seed = 1;
    const random = (): number => {
      seed = (seed * 48271) % 2147483647;
      return seed / 2147483647;
    };
    const counts = new Map<string, number>();
    for (let i = 0; i < 4000; i += 1) {
      const { destination } = trace(rules, packet(`${pod} -> 10.96.0.10:80`), { ...machine(), random });
      counts.set(destination, (counts.get(destination) ?? 0) + 1);
    }
    assert.equal(counts.size, 4);
    for (const count of counts.values()) assert(count > 900 && count < 1100, `${[...counts]}`);
  });
});

describe('proxy/ruleset: session affinity', () => {
  const sticky = rulesetFor(stateOf(servicePort([a, b], { affinitySeconds: 60 })));
  const to = (at: Machine, source = pod): string => trace(sticky, packet(`${source} -> 10.96.0.10:80`), at).destination;

  it('a client stays with its backend until it has been away too long', () => {
    const lists = new Map();
    let now = 0;
    const on = (random: number): Machine => ({ addresses: [node], random: () => random, now: () => now, lists });
    assert.equal(to(on(0.9)), '10.244.1.3');
    now = 59;
    assert.equal(to(on(0)), '10.244.1.3', 'still known');
    now = 59 + 60;
    assert.equal(to(on(0)), '10.244.1.3', 'each visit renews');
    now = 59 + 60 + 61;
    assert.equal(to(on(0)), '10.244.1.2', 'forgotten');
  });

  it('clients are apart', () => {
    const lists = new Map();
    const on = (random: number): Machine => ({ ...machine(random), lists });
    assert.equal(to(on(0.9)), '10.244.1.3');
    assert.equal(to(on(0), otherPod), '10.244.1.2');
  });
});

describe('proxy/ruleset: laws', () => {
  const address = fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 4 })).map(([n, h]) => `10.244.${n}.${h}:8080`);
  const word = fc.constantFrom('', ' draining', ' gone', ' remote', ' draining remote');
  const backends = fc.uniqueArray(fc.tuple(address, word), { selector: ([ip]) => ip, maxLength: 5 });
  const port = fc.record({
    backends: backends.map(all => all.map(([ip, special]) => ip + special)),
    number: fc.integer({ min: 1, max: 5 }),
    nodePort: fc.boolean(),
    affinity: fc.boolean(),
    internalLocal: fc.boolean(),
    externalLocal: fc.boolean(),
  });
  const states = fc.array(port, { maxLength: 4 }).map(all =>
    stateOf(
      ...all.map(({ backends, number, nodePort, affinity, ...policies }, i) =>
        servicePort(backends, {
          ...policies,
          name: `default/s${i}`,
          clusterIP: `10.96.0.${number}`,
          ...(nodePort ? { nodePort: 30000 + i } : {}),
          ...(affinity ? { affinitySeconds: 5 } : {}),
        }),
      ),
    ),
  );

  it('every jump has its chain, and every chain is reached', () => {
    fc.assert(
      fc.property(states, state => {
        for (const table of Object.values(rulesetFor(state))) {
          const all = [...table.chains.values(), ...Object.values(table.hooks)].flat();
          const targets = new Set(all.flatMap(rule => ('jump' in rule.target ? [rule.target.jump] : [])));
          // Stands ready also while no service needs it.
          if (table.chains.has('KUBE-MARK-MASQ')) targets.add('KUBE-MARK-MASQ');
          for (const target of targets) assert(table.chains.has(target), `no ${target}`);
          for (const chain of table.chains.keys()) assert(targets.has(chain), `nobody reaches ${chain}`);
        }
      }),
    );
  });

  it('the order in which services come makes no difference to what a packet meets', () => {
    const random = fc.double({ min: 0, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(states, random, fc.integer({ min: 1, max: 5 }), (state, at, number) => {
        const distinct = state.ports.filter((p, i, all) => all.findIndex(q => q.clusterIP === p.clusterIP) === i);
        const text = `${pod} -> 10.96.0.${number}:80`;
        assert.equal(outcome(distinct, text, at), outcome([...distinct].reverse(), text, at));
      }),
    );
  });

  it('is a function: the same twice', () => {
    fc.assert(fc.property(states, state => assert.deepEqual(rulesetFor(state), rulesetFor(structuredClone(state)))));
  });
});

describe('proxy/ruleset: rules as iptables reads them', () => {
  it('says each part', () => {
    const chain = 'KUBE-SEP-AAAAAAAAAAAAAAAA';
    assert.equal(
      renderRule({
        comment: 'default/web -> 10.0.0.1:80',
        source: '10.0.0.1/32',
        notSource: '10.244.0.0/16',
        destination: '10.96.0.1/32',
        protocol: 'UDP',
        port: 53,
        state: ['NEW'],
        probability: 1 / 3,
        seenOn: { list: chain, withinSeconds: 60 },
        target: { jump: chain },
      }),
      '-m comment --comment "default/web -> 10.0.0.1:80" -s 10.0.0.1/32 ! -s 10.244.0.0/16 -d 10.96.0.1/32 -p udp ' +
        '-m udp --dport 53 -m conntrack --ctstate NEW -m statistic --mode random --probability 0.3333333333 ' +
        `-m recent --name ${chain} --rcheck --seconds 60 --reap -j ${chain}`,
    );
  });

  it('a comment cannot become a rule', () => {
    const text = renderRule({ comment: 'x" -j ACCEPT\n-A INPUT -j ACCEPT', target: { verdict: 'DROP' } });
    assert.equal(text, '-m comment --comment "x? -j ACCEPT?-A INPUT -j ACCEPT" -j DROP');
  });
});
