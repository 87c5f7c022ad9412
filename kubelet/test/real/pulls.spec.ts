/** Images from registries: by tag, by digest, anew, and with a password. Run by real.test.ts. */
import assert from 'node:assert/strict';
import type { Pod } from '../../../api/types.js';
import { events, secrets } from '../../../client/resources.js';
import { busybox, eventually, idle, TestNode } from '../node.js';
import { Registry, registryProgram, user } from '../registry.js';

describe('a registry', function () {
  this.timeout(120_000);
  let node: TestNode | undefined;
  let open: Registry | undefined;
  let locked: Registry | undefined;
  before(async function () {
    const program = registryProgram();
    if (!program) {
      console.log("      skipped: no docker-registry; install Debian's package docker-registry");
      this.skip();
    }
    node = await TestNode.start();
    [open, locked] = await Promise.all([Registry.start(program, 5001, false), Registry.start(program, 5002, true)]);
  });
  after(async () => {
    await Promise.all([open?.stop(), locked?.stop()]);
    await node?.remove();
  });
  const here = () => {
    assert.ok(node && open && locked);
    return { node, open, locked };
  };

  const pod = (name: string, image: string, imagePullPolicy: 'Always' | 'IfNotPresent', ...secretNames: string[]) =>
    here().node.create(name, {
      imagePullSecrets: secretNames.map(secret => ({ name: secret })),
      containers: [busybox('c', idle, { image, imagePullPolicy })],
    });
  const eventsOf = async (name: string): Promise<string[]> => {
    const { items } = await here().node.api.list(events, { namespace: 'default' });
    return items.filter(e => e.involvedObject.name === name).map(e => `${e.reason}: ${e.message}`);
  };
  const eventOf = (name: string, pattern: RegExp) =>
    eventually(
      `there is an event of ${name} like ${pattern}`,
      () => eventsOf(name),
      all => all.some(text => pattern.test(text)),
    );
  const content = (of: Pod) => here().node.exec(of, ['cat', '/content']);
  const waits = (name: string, reason: string) =>
    here().node.until(name, reason, p => p.status?.containerStatuses?.[0]?.state?.waiting?.reason === reason);

  it('an image is pulled by its tag, and by its digest when the tag has moved on', async () => {
    const { node, open } = here();
    const first = open.push(node, 'app:1', 'first');
    const name = `${open.host}/app`;
    await pod('by-tag', `${name}:1`, 'IfNotPresent');
    const tagged = await node.ready('by-tag');
    assert.equal(await content(tagged), 'first');
    assert.equal(tagged.status?.containerStatuses?.[0]?.image, `${name}:1`);
    assert.match(tagged.status?.containerStatuses?.[0]?.imageID ?? '', /sha256:/);
    await eventOf('by-tag', /^Pulling: Pulling image "127\.0\.0\.1:5001\/app:1"$/);
    await eventOf(
      'by-tag',
      /^Pulled: Successfully pulled image .* in \S+ \(\S+ including waiting\)\. Image size: \d+ bytes\.$/,
    );

    open.push(node, 'app:1', 'second');
    await pod('anew', `${name}:1`, 'Always');
    assert.equal(await content(await node.ready('anew')), 'second');
    await pod('pinned', `${name}@${first}`, 'IfNotPresent');
    assert.equal(await content(await node.ready('pinned')), 'first');
    await pod('held', `${name}:1`, 'IfNotPresent');
    assert.equal(await content(await node.ready('held')), 'second');
    await eventOf('held', /^Pulled: Container image ".*" already present on machine/);
  });

  it('what it does not have is not pulled, and that is said', async () => {
    await pod('missing', `${here().open.host}/none:7`, 'IfNotPresent');
    await waits('missing', 'ImagePullBackOff');
    await eventOf('missing', /^Failed: Failed to pull image "127\.0\.0\.1:5001\/none:7": .*not found/);
  });

  it('one that is locked opens to the secret that the pod names, and to nothing else', async () => {
    const { node, locked } = here();
    locked.push(node, 'private:1', 'treasure');
    const image = `${locked.host}/private:1`;
    const secretOf = (name: string, password: string) => {
      const auth = Buffer.from(`${user.name}:${password}`).toString('base64');
      const config = JSON.stringify({ auths: { [locked.host]: { auth } } });
      return node.api.create(secrets, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace: 'default' },
        type: 'kubernetes.io/dockerconfigjson',
        data: { '.dockerconfigjson': Buffer.from(config).toString('base64') },
      });
    };
    await Promise.all([secretOf('right', user.password), secretOf('wrong', 'guess')]);
    await pod('stranger', image, 'IfNotPresent');
    await waits('stranger', 'ImagePullBackOff');
    await eventOf('stranger', /^Failed: Failed to pull image .*(401|authorization failed|no basic auth credentials)/);
    await pod('guesser', image, 'IfNotPresent', 'wrong');
    await waits('guesser', 'ImagePullBackOff');
    await pod('owner', image, 'IfNotPresent', 'wrong', 'absent', 'right');
    assert.equal(await content(await node.ready('owner')), 'treasure');
  });
});
