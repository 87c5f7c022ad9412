/** Unmodified kubectls drive the whole of a living cluster: each verb that a lab uses, and what it must say. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { kubectls } from '../../apiserver/testing/kubectl.js';
import { eventually, type Lab, type Result } from './lab.js';
import { samples } from './scenarios.js';

type LabOf = () => Lab;

/** A verb, and what its output must match. `{pod}` is one of the service's pods. */
const conversation: [args: string, expected: RegExp, input?: string][] = [
  ['version', /v1\.36\.0/],
  ['api-resources', /replicationcontrollers +rc +v1 +true +ReplicationController/],
  ['get --raw /healthz', /^ok/],
  ['get nodes', /lab +Ready/],
  ['get pods -o wide', /NOMINATED NODE/],
  ['get pods -l app=web -o name', /^(pod\/web-\w{5}\n){3}$/],
  ['get rc web -o jsonpath={.status.readyReplicas}', /^3$/],
  ['get endpoints web', /10\.244\.0\.\d+:8080,10\.244\.0\.\d+:8080/],
  ['describe pod {pod}', /Started container httpd/],
  ['describe rc web', /Successful ?Create/],
  ['explain pod.spec.containers', /image/],
  ['label pod {pod} seen=yes', /labeled/],
  ['annotate pod {pod} note=here', /annotated/],
  ['get pods -l seen=yes --no-headers', /^web-\w{5} /],
  ['logs shared-volume -c writer --tail=1', /^.* UTC \d{4}\n$/],
  ['exec shared-volume -c web -- cat /www/index.html', /UTC/],
  ['exec -i shared-volume -c writer -- cat', /^typed in\n$/, 'typed in\n'],
  ['scale rc web --replicas=4', /scaled/],
  ['patch rc web -p {"spec":{"replicas":3}}', /patched/],
  ['get events', /Scheduled/],
  ['auth can-i create pods', /^yes/],
  ['create configmap colours --from-literal=a=b', /created/],
  ['get configmap colours -o yaml', /a: b/],
  ['delete configmap colours', /deleted/],
];

export function driveWithKubectl(lab: LabOf): void {
  for (const { path, version } of kubectls()) {
    describe(`by kubectl ${version}`, () => {
      const kubectl = (args: string[], input?: string): Promise<Result> =>
        lab().run(path, args, input === undefined ? {} : { input });
      const words = async (line: string): Promise<string[]> => {
        const { stdout } = await kubectl(['get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[0].metadata.name}']);
        return line.split(' ').map(word => word.replace('{pod}', stdout.trim()));
      };

      it('applies manifests, also those that are there already', async () => {
        for (const file of ['web-rc.yaml', 'web-service.yaml', 'shared-volume.yaml']) {
          const result = await kubectl(['apply', '-f', join(samples, file)]);
          assert.equal(result.code, 0, result.stderr);
          assert.match(result.stdout, /(created|configured|unchanged)\n$/);
        }
        await eventually(
          () => kubectl(['get', 'pods', '-l', 'app in (web,shared-volume)', '--no-headers']),
          // Those that an earlier scale took away are gone too.
          ({ stdout }) => /^(\S+ +(1\/1|2\/2) +Running .*\n){4}$/.test(stdout),
          60_000,
        );
      });

      for (const [line, expected, input] of conversation) {
        it(line, async () => {
          const result = await kubectl(await words(line), input);
          assert.equal(result.code, 0, result.stderr);
          assert.match(result.stdout, expected);
        });
      }

      it('passes on the exit code of a command, and takes a label away', async () => {
        assert.equal((await kubectl(['exec', 'shared-volume', '-c', 'web', '--', 'sh', '-c', 'exit 7'])).code, 7);
        const removed = await kubectl(await words('label pod {pod} seen-'));
        assert.equal(removed.code, 0, removed.stderr);
      });

      it('says what the server says of bad input', async () => {
        const manifest =
          'apiVersion: v1\nkind: Pod\nmetadata: {name: Bad_Name}\nspec: {containers: [{name: c, image: i}]}\n';
        const result = await kubectl(['create', '-f', '-'], manifest);
        assert.equal(result.code, 1);
        assert.match(result.stderr, /The Pod "Bad_Name" is invalid: metadata\.name: Invalid value: "Bad_Name"/);
      });
    });
  }
}
