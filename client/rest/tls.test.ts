import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { ConnectionError } from '../client.js';
import type { Connection } from '../connection.js';
import { connect } from './connect.js';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

interface Pair {
  cert: string;
  key: string;
}

async function selfSigned(name: string, host: string): Promise<Pair> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }]),
    ],
  });
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { cert: certificate.toString('pem'), key };
}

describe('the REST client over TLS', () => {
  let server: https.Server;
  let serving: Pair;
  let own: Pair;

  before(async () => {
    serving = await selfSigned('server', 'api.test');
    own = await selfSigned('jane', 'jane.test');
    const options = { ...serving, requestCert: true, rejectUnauthorized: false };
    server = https.createServer(options, (request, response) => {
      const { subject } = (request.socket as TLSSocket).getPeerCertificate();
      response.end(JSON.stringify({ caller: subject?.CN }));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });

  const ask = async (connection: Partial<Connection>): Promise<string> => {
    const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = connect({ server: address, namespace: 'default', tlsServerName: 'api.test', ...connection });
    try {
      return (await client.raw('/')).body.toString();
    } finally {
      await client.close();
    }
  };

  it('trusts the authority it was given, and shows its own certificate', async () => {
    assert.equal(await ask({ ca: serving.cert, cert: own.cert, key: own.key }), '{"caller":"jane"}');
  });

  it('shows another certificate as soon as it has one', async () => {
    const other = await selfSigned('jill', 'jill.test');
    const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const base = { server: address, namespace: 'default', tlsServerName: 'api.test', ca: serving.cert };
    let next: Connection | undefined;
    const renewed = (): Connection | undefined => next;
    const client = connect({ ...base, cert: own.cert, key: own.key, renewed });
    const who = async (): Promise<string> => (await client.raw('/')).body.toString();
    try {
      assert.equal(await who(), '{"caller":"jane"}');
      next = { ...base, cert: other.cert, key: other.key };
      assert.equal(await who(), '{"caller":"jill"}');
    } finally {
      await client.close();
    }
  });

  it('trusts anyone only when told so', async () => {
    assert.equal(await ask({ insecureSkipTlsVerify: true }), '{}');
  });

  const refused: [string, () => Partial<Connection>, RegExp][] = [
    [
      'an unknown authority',
      () => ({}),
      /self-signed and not named in the kubeconfig; use the kubeconfig of this very cluster/,
    ],
    [
      'another name',
      () => ({ ca: serving.cert, tlsServerName: 'other.test' }),
      /is for other names; set tls-server-name/,
    ],
  ];
  for (const [what, connection, message] of refused) {
    it(`says what is wrong: ${what}`, async () => {
      await assert.rejects(
        ask(connection()),
        (error: Error) => error instanceof ConnectionError && message.test(error.message),
      );
    });
  }

  it('does not hang on a server that wants TLS when it is asked without', async () => {
    const { port } = server.address() as AddressInfo;
    await assert.rejects(ask({ server: `http://127.0.0.1:${port}` }), /cannot reach http:/);
  });
});
