import assert from 'node:assert/strict';
import { CompactSign } from 'jose';
import type { ConfigMap } from '../../api/types.js';
import { authorityIn, kubeconfigIn, parseToken } from './discovery.js';

const token = { id: 'abcdef', secret: '0123456789abcdef' };

async function info(kubeconfig: string, secret: string): Promise<ConfigMap> {
  const signed = await new CompactSign(Buffer.from(kubeconfig))
    .setProtectedHeader({ alg: 'HS256', kid: token.id })
    .sign(Buffer.from(secret));
  const [header, , mac] = signed.split('.');
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'cluster-info', namespace: 'kube-public' },
    data: { kubeconfig, [`jws-kubeconfig-${token.id}`]: `${header}..${mac}` },
  };
}

describe('a machine that is to join', () => {
  it('knows a token when it sees one', () => {
    assert.deepEqual(parseToken('abcdef.0123456789abcdef'), token);
    for (const bad of ['', 'abcdef', 'ABCDEF.0123456789abcdef', 'abcdef.0123456789abcde', 'abcdef.0123456789abcdef '])
      assert.throws(() => parseToken(bad), /does not look like one/);
  });

  it('believes what its token has signed, and nothing else', async () => {
    const good = await info('the way', token.secret);
    assert.equal(await kubeconfigIn(good, token, 's'), 'the way');
    await assert.rejects(
      kubeconfigIn(await info('the way', 'another secret..'), token, 's'),
      /not signed with this token/,
    );
    const changed = { ...good, data: { ...good.data, kubeconfig: 'another way' } };
    await assert.rejects(kubeconfigIn(changed, token, 's'), /not signed with this token/);
    await assert.rejects(kubeconfigIn(good, { ...token, id: 'zyxwvu' }, 's'), /knows no token zyxwvu/);
    const garbled = { ...good, data: { kubeconfig: 'the way', 'jws-kubeconfig-abcdef': 'nonsense' } };
    await assert.rejects(kubeconfigIn(garbled, token, 's'), /not signed with this token/);
  });

  it('finds the CA in it', () => {
    const data = Buffer.from('PEM').toString('base64');
    assert.equal(authorityIn(`clusters: [{cluster: {certificate-authority-data: ${data}}}]`), 'PEM');
    assert.equal(authorityIn('clusters: []'), undefined);
    assert.equal(authorityIn(''), undefined);
  });
});
