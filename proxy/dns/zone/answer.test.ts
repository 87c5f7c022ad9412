import assert from 'node:assert/strict';
import type { Answer } from 'dns-packet';
import { sampleZone } from '../testing/zone.js';
import { answer, type Said } from './answer.js';

const numbers: Record<string, number> = {
  ...{ A: 1, NS: 2, CNAME: 5, SOA: 6, HINFO: 13, PTR: 12, MX: 15, TXT: 16, AAAA: 28, SRV: 33, HTTPS: 65, ANY: 255 },
};

/** 'A 10.96.0.20', 'SRV 0 100 80 web.default.svc'; names of the cluster without its domain. */
function line(record: Answer): string {
  const data = 'data' in record ? record.data : undefined;
  const short = (text: unknown): string => String(text).replace(/\.?cluster\.local$/, '');
  if (record.type === 'SRV')
    return `SRV ${record.data.priority} ${record.data.weight} ${record.data.port} ${short(record.data.target)}`;
  return record.type === 'SOA' ? `SOA ${short(record.data.mname)}` : `${record.type} ${short(data)}`;
}

function told(said: Said): string {
  if (said === 'elsewhere') return said;
  if ('alias' in said) return `alias ${said.target}`;
  const { code, answers = [], authorities = [] } = said.reply;
  if (answers.length > 0) return answers.map(line).sort().join(', ');
  assert.deepEqual(
    authorities.map(({ type }) => type),
    ['SOA'],
    'that there is nothing is said with the SOA record',
  );
  return code === 'NOERROR' ? 'no data' : code;
}

const zone = sampleZone();
const asked = (text: string, of = zone): Said => {
  const [name = '', type = 'A'] = text.split(' ');
  const whole = name.endsWith('.') ? name.slice(0, -1) : name === '@' ? 'cluster.local' : `${name}.cluster.local`;
  return answer(whole, numbers[type] ?? 0, of);
};

const tables: Record<string, [question: string, expected: string][]> = {
  'a service with an address': [
    ['web.default.svc', 'A 10.96.0.20'],
    ['web.default.svc AAAA', 'no data'],
    ['web.default.svc MX', 'no data'],
    ['web.default.svc HTTPS', 'no data'],
    ['web.default.svc ANY', 'no data'],
    ['web.other.svc', 'NXDOMAIN'],
    ['web.other.svc AAAA', 'NXDOMAIN'],
    ['web.svc', 'NXDOMAIN'],
    ['web.default', 'NXDOMAIN'],
    ['web', 'NXDOMAIN'],
    ['dual.default.svc', 'A 10.96.0.22'],
    ['dual.default.svc AAAA', 'AAAA fd00::22'],
    ['new.default.svc', 'no data'],
  ],
  'its ports': [
    ['_http._tcp.web.default.svc SRV', 'SRV 0 100 80 web.default.svc'],
    ['_q._udp.web.default.svc SRV', 'SRV 0 100 7 web.default.svc'],
    ['_http._udp.web.default.svc SRV', 'NXDOMAIN'],
    ['_https._tcp.web.default.svc SRV', 'NXDOMAIN'],
    ['_http._tcp.web.default.svc', 'no data'],
    ['_tcp.web.default.svc SRV', 'no data'],
    ['_sctp.web.default.svc SRV', 'NXDOMAIN'],
    ['_tcp.plain.default.svc SRV', 'NXDOMAIN'],
    ['_._tcp.plain.default.svc SRV', 'NXDOMAIN'],
    ['a._http._tcp.web.default.svc SRV', 'NXDOMAIN'],
    ['web.default.svc SRV', 'SRV 0 33 7 web.default.svc, SRV 0 33 80 web.default.svc, SRV 0 33 8080 web.default.svc'],
    ['plain.default.svc SRV', 'SRV 0 100 80 plain.default.svc'],
  ],
  'a headless service': [
    ['db.data.svc', 'A 10.244.0.5, A 10.244.0.7, A 10.244.1.6'],
    ['db.data.svc AAAA', 'no data'],
    ['db-0.db.data.svc', 'A 10.244.0.5'],
    ['db-0.db.data.svc AAAA', 'no data'],
    ['db-1.db.data.svc', 'A 10.244.1.6'],
    ['db-2.db.data.svc', 'NXDOMAIN'],
    ['db-3.db.data.svc', 'NXDOMAIN'],
    ['10-244-0-7.db.data.svc', 'A 10.244.0.7'],
    ['10-244-0-5.db.data.svc', 'NXDOMAIN'],
    ['x.db-0.db.data.svc', 'NXDOMAIN'],
    [
      '_pg._tcp.db.data.svc SRV',
      'SRV 0 33 15432 10-244-0-7.db.data.svc, SRV 0 33 15432 db-0.db.data.svc, SRV 0 33 15432 db-1.db.data.svc',
    ],
    ['_pg._udp.db.data.svc SRV', 'NXDOMAIN'],
    ['idle.data.svc', 'NXDOMAIN'],
    ['idle.data.svc AAAA', 'NXDOMAIN'],
    ['_pg._tcp.idle.data.svc SRV', 'NXDOMAIN'],
    ['portless.data.svc', 'A 10.244.0.12'],
    ['portless.data.svc SRV', 'no data'],
    ['named.web.default.svc', 'NXDOMAIN'],
  ],
  'an external name': [
    ['out.default.svc', 'alias www.example.com'],
    ['out.default.svc AAAA', 'alias www.example.com'],
    ['out.default.svc CNAME', 'CNAME www.example.com'],
    ['x.out.default.svc', 'NXDOMAIN'],
    ['inward.default.svc', 'alias web.default.svc.cluster.local'],
    ['number.default.svc', 'no data'],
    ['number.default.svc CNAME', 'no data'],
  ],
  addresses: [
    ['20.0.96.10.in-addr.arpa. PTR', 'PTR web.default.svc'],
    ['20.0.96.10.in-addr.arpa. A', 'no data'],
    ['99.0.96.10.in-addr.arpa. PTR', 'NXDOMAIN'],
    ['5.0.244.10.in-addr.arpa. PTR', 'PTR db-0.db.data.svc'],
    ['7.0.244.10.in-addr.arpa. PTR', 'NXDOMAIN'],
    ['8.0.244.10.in-addr.arpa. PTR', 'NXDOMAIN'],
    ['77.2.0.192.in-addr.arpa. PTR', 'PTR far-0.elsewhere.data.svc'],
    ['78.2.0.192.in-addr.arpa. PTR', 'elsewhere'],
    ['96.10.in-addr.arpa. SOA', 'SOA kube-dns.kube-system.svc'],
    ['0.96.10.in-addr.arpa. PTR', 'no data'],
    ['10.in-addr.arpa. PTR', 'elsewhere'],
    ['300.0.96.10.in-addr.arpa. PTR', 'elsewhere'],
    ['1.20.0.96.10.in-addr.arpa. PTR', 'elsewhere'],
  ],
  pods: [
    ['10-244-0-5.default.pod', 'A 10.244.0.5'],
    ['10-244-0-5.default.pod AAAA', 'no data'],
    ['10-244-0-5.nobody-knows.pod', 'A 10.244.0.5'],
    ['192-0-2-1.default.pod', 'NXDOMAIN'],
    ['10-244-0-500.default.pod', 'NXDOMAIN'],
    ['x.10-244-0-5.default.pod', 'NXDOMAIN'],
    ['web.default.pod', 'NXDOMAIN'],
    ['default.pod', 'no data'],
  ],
  'the zone': [
    ['@ SOA', 'SOA kube-dns.kube-system.svc'],
    ['@ NS', 'NS kube-dns.kube-system.svc'],
    ['kube-dns.kube-system.svc', 'A 10.96.0.10'],
    ['@ A', 'no data'],
    ['svc', 'no data'],
    ['pod', 'no data'],
    ['default.svc', 'no data'],
    ['empty.svc', 'NXDOMAIN'],
    ['dns-version TXT', 'TXT 1.1.0'],
    ['dns-version A', 'no data'],
    ['x.dns-version TXT', 'NXDOMAIN'],
    ['nothing', 'NXDOMAIN'],
  ],
  'all else': [
    ['example.com.', 'elsewhere'],
    ['cluster.local.example.com.', 'elsewhere'],
    ['notcluster.local.', 'elsewhere'],
    ['local. SOA', 'elsewhere'],
    ['. NS', 'elsewhere'],
    ['1.0.0.0.ip6.arpa. PTR', 'elsewhere'],
  ],
};

describe('proxy/dns: question, state, answer', () => {
  for (const [what, table] of Object.entries(tables))
    describe(what, () => {
      for (const [question, expected] of table)
        it(`${question}: ${expected}`, () => assert.equal(told(asked(question)), expected));
    });

  it('SRV answers bring the addresses of their hosts', () => {
    const additionals = (question: string): string[] => {
      const said = asked(question);
      assert.ok(said !== 'elsewhere' && 'reply' in said);
      return (said.reply.additionals ?? []).map(record => `${record.name.split('.')[0]} ${line(record)}`).sort();
    };
    assert.deepEqual(additionals('_http._tcp.web.default.svc SRV'), ['web A 10.96.0.20']);
    assert.deepEqual(additionals('_pg._tcp.db.data.svc SRV'), [
      '10-244-0-7 A 10.244.0.7',
      'db-0 A 10.244.0.5',
      'db-1 A 10.244.1.6',
    ]);
    assert.deepEqual(additionals('web.default.svc A'), []);
  });

  it('a range that ends within an octet is several zones, each whole in it', () => {
    const wide = sampleZone('10.96.0.0/12');
    const soa = (name: string): string | undefined => {
      const said = answer(name, 12, wide);
      return said !== 'elsewhere' && 'reply' in said ? said.reply.authorities?.[0]?.name : undefined;
    };
    assert.equal(soa('1.0.97.10.in-addr.arpa'), '97.10.in-addr.arpa');
    assert.equal(soa('1.0.111.10.in-addr.arpa'), '111.10.in-addr.arpa');
    assert.equal(soa('1.0.112.10.in-addr.arpa'), undefined);
    assert.equal(soa('10.in-addr.arpa'), undefined);
  });

  it('every record may be kept for five seconds', () => {
    for (const question of ['web.default.svc A', '_pg._tcp.db.data.svc SRV', 'nothing A', '@ SOA']) {
      const said = asked(question);
      assert.ok(said !== 'elsewhere' && 'reply' in said);
      const { answers = [], authorities = [], additionals = [] } = said.reply;
      for (const record of [...answers, ...authorities, ...additionals]) assert.equal('ttl' in record && record.ttl, 5);
    }
  });
});
