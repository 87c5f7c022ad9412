/** The verbs that make and change things in words (`expose`, `run`, `set`, `autoscale`, `create KIND`) beside kubectl's. */
import * as kinds from '../../../client/resources.js';
import { type Fixture, makeNamespace, startFixture } from './fixture.js';
import { checkRow, ownNamespaces, type Row } from './rows.js';

const nulls = 'kubectl before 1.33 adds "creationTimestamp: null"';
const spec = 'jsonpath={.spec.ports}{.spec.selector}{.spec.type}{.metadata.labels}';

const exposed: Row[] = [
  { args: 'expose deployment web -n ~', out: 'service/web exposed' },
  {
    args: `get svc web -n ~ -o '${spec}'`,
    out: /"port":8080,"protocol":"TCP","targetPort":8080\}\]\{"app":"web"\}ClusterIP/,
  },
  {
    args: 'expose deploy/web --name=www --port=80,443 --target-port=http --selector=a=b -l c=d,e=f -n ~',
    out: 'service/www exposed',
  },
  {
    args: `get svc www -n ~ -o '${spec}'`,
    out: /"name":"port-1","port":80,.*"targetPort":"http".*\{"a":"b"\}ClusterIP\{"c":"d","e":"f"\}/,
  },
  {
    args: 'expose svc www --name=third --port=81 --dry-run=server -n ~',
    out: 'service/third exposed (server dry run)',
  },
  {
    args: 'expose deploy/web --name=x --type=NodePort --port=80 --dry-run=client -o yaml -n ~',
    out: /\n {2}type: NodePort\nstatus:\n {2}loadBalancer: \{\}\n$/,
    differs: nulls,
  },
  {
    args: 'expose deployment web -n ~',
    code: 1,
    err: 'Error from server (AlreadyExists): services "web" already exists',
    sameError: true,
  },
  {
    args: 'expose pod bare -n ~',
    code: 1,
    err: "error: couldn't find port via --port flag or introspection",
    sameError: true,
  },
  { args: 'expose sa default --port=1 -n ~', code: 1, err: 'error: cannot expose a ServiceAccount', sameError: true },
];

const ran: Row[] = [
  { args: 'run one --image=i:1 --port=80 --expose --env=A=B -n ~', out: 'service/one created\npod/one created' },
  {
    args: "get pod one -n ~ -o 'jsonpath={.metadata.labels}{.spec.containers[0].env}{.spec.containers[0].ports}{.spec.restartPolicy}'",
    out: '{"run":"one"}[{"name":"A","value":"B"}][{"containerPort":80,"protocol":"TCP"}]Always',
  },
  { args: `get svc one -n ~ -o '${spec}'`, out: /"port":80,.*\{"run":"one"\}ClusterIP$/ },
  {
    args: 'run two --image=i:1 --restart=Never --labels=x=y --command -n ~ -- sleep 5',
    out: 'pod/two created',
  },
  {
    args: "get pod two -n ~ -o 'jsonpath={.metadata.labels}{.spec.containers[0].command}{.spec.restartPolicy}'",
    out: '{"x":"y"}["sleep","5"]Never',
  },
  {
    args: `run three --image=i:1 --overrides='{"spec":{"nodeName":"n9"}}' --annotations=a=b --privileged --dry-run=client -o yaml -n ~ -- a b`,
    out: /\n {2}- args:\n {4}- a\n {4}- b\n[\s\S]*privileged: true\n[\s\S]* nodeName: n9\n/,
    differs: nulls,
  },
  {
    args: 'run one --image=i:1 -n ~',
    code: 1,
    err: 'Error from server (AlreadyExists): pods "one" already exists',
    sameError: true,
  },
  { args: 'run four --image=i:1 --restart=Nope', code: 1, err: /^error: invalid restart policy: Nope/ },
  { args: 'run four --image=i:1 --expose', code: 1, err: /^error: --port must be set when exposing a service/ },
  {
    args: 'run four --image=i:1 --rm',
    code: 1,
    err: /^error: --rm should only be used for attached containers/,
  },
  { args: 'run four', code: 1, err: /image/ },
];

const set: Row[] = [
  { args: 'set image deployment/web web=web:2 -n ~', out: 'deployment.apps/web image updated' },
  { args: 'set image deployment/web web=web:2 -n ~', out: '' },
  { args: "set image deploy web '*=web:3' -n ~ -o name", out: 'deployment.apps/web' },
  { args: 'get deploy web -n ~ -o yaml', out: /image: web:3\n/ },
  { args: 'set image pods --all bare=i:2 -n ~ --dry-run=client -l x=y', code: 1, err: /^error: / },
  { args: 'set image pod/bare bare=i:2 -n ~ --dry-run=server', out: 'pod/bare image updated (server dry run)' },
  {
    args: 'set image deploy/web nope=x -n ~',
    code: 1,
    err: 'error: unable to find container named "nope"',
    sameError: true,
  },
  { args: 'set image deploy/web -n ~', code: 1, err: 'error: at least one image update is required', sameError: true },
  {
    args: 'autoscale deploy web --max=5 --min=2 --cpu-percent=80 -n ~',
    out: 'horizontalpodautoscaler.autoscaling/web autoscaled',
  },
  { args: "get hpa web -n ~ -o 'jsonpath={.spec}'", out: /"averageUtilization":80,.*"maxReplicas":5|"maxReplicas":5/ },
  {
    args: 'autoscale deploy web --max=2 --min=3 -n ~',
    code: 1,
    err: 'error: --max=MAXPODS must be larger or equal to --min=MINPODS, max: 2, min: 3',
    sameError: true,
  },
  {
    args: 'autoscale pod bare --max=5 -n ~',
    code: 1,
    err: /^error: cannot autoscale a Pod: could not find scale/,
    sameError: true,
  },
  { args: 'top nodes', code: 1, err: 'error: metrics not available yet', sameError: true },
  { args: 'top pods --sort-by=name', code: 1, err: 'error: --sort-by accepts only cpu or memory', sameError: true },
];

const workloads: Row[] = [
  {
    args: 'create deployment made --image=r.io:5000/team/web:1 -r 2 --port=80 -n ~',
    out: 'deployment.apps/made created',
  },
  {
    args: "get deploy made -n ~ -o 'jsonpath={.metadata.labels}{.spec.replicas}{.spec.template.spec.containers}'",
    out: /^\{"app":"made"\}2\[.*"name":"web"/,
  },
  { args: 'create deployment two --image=a:1 --image=b:1 -n ~ --dry-run=server -o name', out: 'deployment.apps/two' },
  { args: 'create job once --image=i:1 -n ~ -- date', out: 'job.batch/once created' },
  {
    args: "get job once -n ~ -o 'jsonpath={.spec.template.spec.containers[0].command}{.spec.template.spec.restartPolicy}'",
    out: '["date"]Never',
  },
  {
    args: "create cronjob often --image=i:1 --schedule='*/5 * * * *' -n ~ -- date",
    out: 'cronjob.batch/often created',
  },
  {
    args: "get cronjob often -n ~ -o 'jsonpath={.spec.schedule}{.spec.jobTemplate.spec.template.spec}'",
    out: /^\*\/5 \* \* \* \*\{.*"restartPolicy":"OnFailure"/,
  },
  { args: 'create job now --from=cronjob/often -n ~', out: 'job.batch/now created' },
  {
    args: "get job now -n ~ -o 'jsonpath={.metadata.annotations}{.metadata.ownerReferences[0].name}'",
    out: '{"cronjob.kubernetes.io/instantiate":"manual"}often',
  },
  { args: 'create job none -n ~', code: 1, err: 'error: either --image or --from must be specified' },
];

describe('what the CLI makes in words', function () {
  this.timeout(60_000);
  let fixture: Fixture;

  before(async () => {
    fixture = await startFixture();
    const { client } = fixture;
    for (const namespace of ownNamespaces) {
      await makeNamespace(client, namespace);
      const container = { name: 'web', image: 'web:1', ports: [{ containerPort: 8080 }] };
      const labels = { app: 'web' };
      await client.create(kinds.deployments, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace, labels },
        spec: {
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [container] } },
        },
      });
      await client.create(kinds.pods, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'bare', namespace, labels: { app: 'bare' } },
        spec: { containers: [{ name: 'bare', image: 'i:1' }] },
      });
    }
  });
  after(() => fixture.remove());

  for (const row of [...exposed, ...ran, ...set, ...workloads]) it(row.args, () => checkRow(fixture, row));
});
