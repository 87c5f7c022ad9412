/**
 * A custom resource end to end: a definition with two versions and a webhook between them, rules, status and scale, a
 * controller on this project's runtime, an informer of @kubernetes/client-node, all of it driven by kubectl.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as k8s from '@kubernetes/client-node';
import { systemClock } from '../../api/clock.js';
import { issueAuthority, issuer } from '../../apiserver/pki/issue.js';
import { newPrivateKey } from '../../apiserver/pki/keys.js';
import { startTestCluster, type TestCluster } from '../../apiserver/testing/cluster.js';
import { kubectls } from '../../apiserver/testing/kubectl.js';
import { loadKubeconfig } from '../../client/kubeconfig.js';
import { connect, type RestClient } from '../../client/rest/index.js';
import { runControllers } from '../../client/runtime/run.js';
import { silentLog } from '../../client/testing/log.js';
import { fleetController } from './custom-resources/controller.js';
import { definition, group } from './custom-resources/definition.js';
import { ConversionWebhook } from './custom-resources/webhook.js';

const minor = (version: string): number => Number(/^v1\.(\d+)/.exec(version)?.[1]);

const fleet = (name: string, spec: object, version = 'v1') => ({
  apiVersion: `${group}/${version}`,
  kind: 'Fleet',
  metadata: { name, namespace: 'default' },
  spec,
});

/** Tries until the answer is the expected one, for ten seconds at most. */
async function eventually<T>(ask: () => Promise<T>, expected: T): Promise<void> {
  const end = Date.now() + 10_000;
  for (;;) {
    const answer = await ask();
    if (Date.now() > end || JSON.stringify(answer) === JSON.stringify(expected))
      return assert.deepEqual(answer, expected);
    await systemClock.sleep(50);
  }
}

for (const { path: binary, version } of kubectls()) {
  describe(`a custom resource, by kubectl ${version}`, function () {
    this.timeout(60_000);
    let cluster: TestCluster;
    let client: RestClient;
    let webhook: ConversionWebhook;
    let informer: k8s.Informer<k8s.KubernetesObject>;
    const seen: string[] = [];
    const stopping = new AbortController();
    let controllers: Promise<void>;

    const kubectl = (args: readonly string[], input?: object): Promise<{ code: number; out: string; err: string }> =>
      new Promise(resolve => {
        const env = { ...process.env, HOME: cluster.dataDir, KUBECONFIG: cluster.pki.kubeconfig.admin };
        const child = execFile(binary, [...args], { env }, (error, out, err) =>
          resolve({ code: error ? Number(error.code) : 0, out, err }),
        );
        child.stdin?.end(input ? JSON.stringify(input) : '');
      });
    const ok = async (args: string, input?: object): Promise<string> => {
      const { code, out, err } = await kubectl(args.split(' '), input);
      assert.equal(code, 0, `${args}: ${err}`);
      return out.trim();
    };
    const refused = async (args: string, input?: object): Promise<string> => {
      const { code, err } = await kubectl(args.split(' '), input);
      assert.notEqual(code, 0, args);
      return err;
    };
    const get = (name: string, path: string, kind = 'fleet'): Promise<string> =>
      ok(`get ${kind} ${name} -o jsonpath={${path}}`);
    const ships = (name: string): Promise<string> =>
      ok(`get configmaps -l fleet=${name} -o jsonpath={.items[*].metadata.name}`);

    before(async () => {
      cluster = await startTestCluster('lmdb');
      const key = newPrivateKey();
      const ca = await issueAuthority('fleet-ca', key, Date.now());
      const issue = await issuer(ca, key, Date.now());
      webhook = await ConversionWebhook.start(
        await issue({ commonName: 'fleets', usages: ['serverAuth'], addresses: ['127.0.0.1'] }),
      );
      await ok('apply -f -', definition({ url: webhook.url, ca }));
      await ok(`wait --for=condition=Established crd/fleets.${group} --timeout=10s`);
      client = connect(loadKubeconfig({ path: cluster.pki.kubeconfig.admin }));
      const running = { client, clock: systemClock, random: Math.random, log: silentLog, signal: stopping.signal };
      controllers = runControllers({ ...running, controllers: [fleetController] });
      informer = startInformer(cluster.pki.kubeconfig.admin);
      await informer.start();
    });
    after(async () => {
      await informer?.stop();
      stopping.abort();
      await controllers;
      await client?.close();
      await webhook?.stop();
      await cluster?.remove();
    });

    function startInformer(kubeconfig: string): k8s.Informer<k8s.KubernetesObject> {
      const config = new k8s.KubeConfig();
      config.loadFromFile(kubeconfig);
      const api = config.makeApiClient(k8s.CustomObjectsApi);
      const list = () =>
        api.listNamespacedCustomObject({ group, version: 'v1alpha1', namespace: 'default', plural: 'fleets' });
      const path = `/apis/${group}/v1alpha1/namespaces/default/fleets`;
      const made = k8s.makeInformer(
        config,
        path,
        list as () => Promise<k8s.KubernetesListObject<k8s.KubernetesObject>>,
      );
      for (const verb of ['add', 'update', 'delete'] as const) {
        made.on(verb, object => {
          const { spec } = object as { spec?: { flag?: string; ships?: number } };
          seen.push(`${verb} ${object.metadata?.name} ${spec?.ships} ${spec?.flag}`);
        });
      }
      made.on('error', error => seen.push(`error ${error}`));
      return made;
    }

    it('is created, completed, and brought to what it asks for', async () => {
      await ok('apply -f -', fleet('home', { replicas: 2, flag: { colour: 'blue' } }));
      await eventually(() => ships('home'), 'home-0 home-1');
      await eventually(() => get('home', '.status.phase'), 'Sailing');
      assert.equal(await get('home', '.spec.flag.shape'), 'square');
      const [head = '', row = ''] = (await ok('get fl -o wide')).split('\n');
      assert.deepEqual(head.split(/\s+/), ['NAME', 'SHIPS', 'PHASE', 'COLOUR']);
      assert.deepEqual(row.split(/\s+/), ['home', '2', 'Sailing', 'blue']);
      assert.match(await ok('get all'), /fleet.stars.example.com\/home/);
    });

    it('is one object in two versions, converted by the webhook, also for a foreign informer', async () => {
      const old = `fleets.v1alpha1.${group}`;
      assert.equal(await get('home', '.spec.flag', old), 'blue:square');
      await ok('apply -f -', fleet('far', { ships: 1, flag: 'red:round' }, 'v1alpha1'));
      assert.equal(await get('far', '.spec.flag.colour'), 'red');
      assert.equal(await get('far', '.spec.replicas'), '1');
      await eventually(async () => seen.includes('add far 1 red:round'), true);
      assert.ok(seen.includes('add home 2 blue:square'), `${seen}`);
      const before = webhook.calls.length;
      await ok(`get ${old}`);
      await ok(`get ${old} -o name`);
      assert.ok(webhook.calls.length - before <= 1, 'what was converted once is kept');
      if (minor(version) >= 22) {
        const { err } = await kubectl(['get', old]);
        assert.match(err, /Warning: stars.example.com\/v1alpha1 Fleet is deprecated: say replicas, not ships/);
      }
    });

    it('is scaled, in either version', async () => {
      await ok('scale fleet/home --replicas=3');
      await eventually(() => ships('home'), 'home-0 home-1 home-2');
      await ok(`scale fleets.v1alpha1.${group}/far --replicas=2`);
      await eventually(() => ships('far'), 'far-0 far-1');
      await eventually(() => get('far', '.status.replicas'), '2');
      await eventually(async () => seen.includes('update far 2 red:round'), true);
    });

    it('is refused where its schema and its rules say so', async () => {
      const wrong = await refused(
        'apply --validate=false -f -',
        fleet('wrong', { replicas: 11, flag: { colour: 'pink' } }),
      );
      assert.match(wrong, /spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10/);
      assert.match(wrong, /spec.flag.colour: Unsupported value: "pink": supported values: "red", "blue", "green"/);
      const big = await refused('apply -f -', fleet('big', { replicas: 7, flag: { colour: 'red' } }));
      assert.match(big, /spec.motto: Required value: a fleet of 7 needs a motto/);
      const patch = { spec: { flag: { colour: 'green' } } };
      assert.match(
        await refused(`patch fleet home --type=merge -p ${JSON.stringify(patch)}`),
        /spec: Invalid value: "object": a flag keeps its colour/,
      );
      const unknown = await refused('apply -f -', fleet('odd', { flag: { colour: 'red' }, nope: 1 }));
      assert.match(unknown, /unknown field "(?:spec.)?nope"|unknown field .*nope/);
    });

    it('is patched, applied by the server, compared and selected', async () => {
      await ok(
        `patch fleet home --type=json -p ${JSON.stringify([{ op: 'add', path: '/spec/motto', value: 'onward' }])}`,
      );
      await ok(
        'apply --server-side --field-manager=admiral -f -',
        fleet('home', { motto: 'onward', flag: { colour: 'blue' } }),
      );
      assert.match(await get('home', '.metadata.managedFields[*].manager'), /admiral/);
      const file = join(cluster.dataDir, 'home.json');
      writeFileSync(file, JSON.stringify(fleet('far', { replicas: 4, flag: { colour: 'red', shape: 'round' } })));
      const { code, out } = await kubectl(['diff', '-f', file]);
      assert.equal(code, 1, out);
      assert.match(out, /-\s+replicas: 2\n\+\s+replicas: 4/);
      assert.equal(await ok('get fleets --field-selector spec.flag.colour=red -o name'), 'fleet.stars.example.com/far');
    });

    it('is explained', async () => {
      assert.match(await ok('explain fleet'), /A fleet of ships, all under one flag\./);
      assert.match(await ok('explain fleet.spec.replicas'), /How many ships there should be\./);
      assert.match(await ok('explain fleet.spec --recursive'), /colour\s+<string>/);
    });

    it('is lost to nobody when the webhook fails: what needs it is refused, and says why', async () => {
      webhook.broken = 'the dictionary is lost';
      await ok('annotate fleet home seen=yes');
      const said = await refused(`get fleets.v1alpha1.${group} home`);
      assert.match(said, /conversion webhook for stars.example.com\/v1, Kind=Fleet failed: the dictionary is lost/);
      webhook.broken = undefined;
      assert.equal(await get('home', '.spec.flag', `fleets.v1alpha1.${group}`), 'blue:square');
    });

    it('outlives a restart, and goes with its definition', async () => {
      await cluster.restart();
      assert.equal(await get('home', '.spec.flag', `fleets.v1alpha1.${group}`), 'blue:square');
      await ok('scale fleet/home --replicas=1');
      await eventually(() => ships('home'), 'home-0');
      await ok(`delete crd fleets.${group}`);
      const { err } = await kubectl(['get', 'fleets']);
      assert.match(err, /the server doesn't have a resource type "fleets"|could not find the requested resource/);
      const crds = await ok('get crds -o name');
      assert.equal(crds, '');
    });
  });
}
