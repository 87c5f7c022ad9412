/** The verbs about nodes, by our CLI on one node and by kubectl on another, row after row in order. */
import { type Fixture, makeNamespace, startFixture } from './fixture.js';
import { checkRow, ownNamespaces, type Row } from './rows.js';

const node = 'apiVersion: v1\nkind: Node\nmetadata: {name: ~, labels: {whose: ~}}\n';
const pod = (name: string, more = ''): string =>
  `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, labels: {app: ${name}}}\nspec:\n  nodeName: ~\n  containers:\n  - {name: c, image: x}\n${more}`;
const usage = "kubectl adds where its help is: See 'kubectl VERB -h'";

const cordon: Row[] = [
  {
    args: 'create -n ~ -f -',
    input: `${node}${pod('bare')}${pod('local', '  volumes: [{name: v, emptyDir: {}}]\n')}`,
    out: /node\/~ created/,
  },
  { args: 'cordon ~ --dry-run=client', out: 'node/~ cordoned (dry run)' },
  { args: 'cordon ~ --dry-run=server', out: 'node/~ cordoned (server dry run)' },
  { args: 'cordon ~', out: 'node/~ cordoned' },
  { args: 'cordon node/~', out: 'node/~ already cordoned' },
  { args: 'get node ~ -o jsonpath={.spec.unschedulable}', out: 'true' },
  { args: 'uncordon -l whose=~', out: 'node/~ uncordoned' },
  { args: 'uncordon ~', out: 'node/~ already uncordoned' },
  { args: 'get node ~ -o jsonpath={.spec.unschedulable}', out: '' },
  { args: 'cordon -l whose=nobody', out: '' },
  {
    args: 'cordon nowhere ~',
    code: 1,
    err: 'Error from server (NotFound): nodes "nowhere" not found',
    sameError: true,
  },
  { args: 'cordon ~ -l a=b', code: 1, err: /^error: cannot specify both a node name and a --selector option/ },
  { args: 'cordon', code: 1, err: /^error: USAGE: cordon NODE \[flags\]/ },
  { args: 'cordon sa/default -n ~', code: 1, err: /^error: expected resource of type node, got "serviceaccounts"/ },
];

const taint: Row[] = [
  { args: 'taint nodes ~ a=b:NoSchedule', out: 'node/~ tainted' },
  {
    args: 'taint nodes ~ a=b:NoSchedule',
    code: 1,
    err: 'error: node ~ already has a taint(s) with same effect(s) and --overwrite is false',
    sameError: true,
  },
  { args: 'taint nodes ~ a=c:NoSchedule --overwrite', out: 'node/~ modified' },
  { args: 'taint no ~ a=c:NoExecute x:PreferNoSchedule', out: 'node/~ tainted' },
  { args: 'taint node ~ y=1:NoSchedule a:NoSchedule-', out: 'node/~ modified' },
  { args: 'taint nodes ~ d=1:NoSchedule --dry-run=client', out: 'node/~ tainted' },
  { args: 'taint nodes ~ d=1:NoSchedule --dry-run=server', out: 'node/~ tainted' },
  { args: 'taint nodes -l whose=~ z=1:NoSchedule -o name', out: 'node/~' },
  {
    args: 'get node ~ -o jsonpath={.spec.taints}',
    out: /"key":"z".*"key":"y".*"key":"a".*"key":"x"/,
  },
  { args: 'taint node ~ a-', out: 'node/~ untainted' },
  { args: 'taint node ~ a-', code: 1, err: 'error: taint "a" not found', sameError: true },
  { args: 'taint node ~ y:NoExecute-', code: 1, err: 'error: taint "y:NoExecute" not found', sameError: true },
  {
    args: 'taint node ~ nowhere a-',
    code: 1,
    err: /^Error from server \(NotFound\): nodes "nowhere" not found\ntaint "a" not found/,
    differs: 'which error comes first',
  },
  { args: 'taint nodes ~', code: 1, err: 'error: at least one taint update is required', sameError: true },
  {
    args: 'taint nodes ~ a=b',
    code: 1,
    err: /^error: invalid taint spec: a=b, name part must consist/,
    differs: usage,
  },
  { args: 'taint nodes ~ a:Nope', code: 1, err: /^error: invalid taint effect: Nope, unsupported/, differs: usage },
  {
    args: 'taint nodes ~ a=b:NoSchedule more',
    code: 1,
    err: 'error: all resources must be specified before taint changes: more',
    sameError: true,
  },
  {
    args: 'taint nodes ~ a=b:NoSchedule a-',
    code: 1,
    err: /^error: can not both modify and remove the following taint\(s\) in the same command: a=/,
    sameError: true,
  },
  {
    args: 'taint pods x a=b:NoSchedule',
    code: 1,
    err: 'error: invalid resource type pods, only node types are supported',
    sameError: true,
  },
  {
    args: 'taint nodes a=b:NoSchedule',
    code: 1,
    err: "error: at least one resource name must be specified since 'all' parameter is not set",
    sameError: true,
  },
  {
    args: 'taint nodes --all -l a=b d=1:NoSchedule',
    code: 1,
    err: "error: setting 'all' parameter with a non empty selector is prohibited",
    sameError: true,
  },
];

const drain: Row[] = [
  {
    args: 'drain ~ --force',
    code: 1,
    out: 'node/~ cordoned',
    err: /^error: unable to drain node "~" due to error: cannot delete Pods with local storage .*: ~\/local, continuing command\.\.\.\nThere are pending nodes to be drained:\n ~\ncannot delete Pods with local storage/,
    sameError: true,
  },
  {
    args: 'drain ~ --pod-selector=app=bare',
    code: 1,
    out: 'node/~ already cordoned',
    err: /cannot delete Pods that declare no controller \(use --force to override\): ~\/bare\n$/,
    sameError: true,
  },
  {
    args: 'drain ~ --force --delete-emptydir-data --dry-run=client',
    out: 'node/~ already cordoned (dry run)\nevicting pod ~/bare (dry run)\nevicting pod ~/local (dry run)\nnode/~ drained (dry run)',
    err: 'Warning: deleting Pods that declare no controller: ~/bare, ~/local',
    sameError: true,
  },
  {
    args: 'drain ~ --force --pod-selector=app=bare --dry-run=server',
    out: 'node/~ already cordoned (server dry run)\nevicting pod ~/bare (server dry run)\nnode/~ drained (server dry run)',
    err: /^Warning: deleting Pods that declare no controller: ~\/bare/,
    sameError: true,
  },
  {
    args: 'drain ~ --force --pod-selector=app=bare --grace-period=0',
    out: 'node/~ already cordoned\nevicting pod ~/bare\npod/bare evicted\nnode/~ drained',
    err: /^Warning: deleting Pods that declare no controller: ~\/bare/,
    sameError: true,
  },
  {
    args: 'drain -l whose=~ --force --delete-emptydir-data --disable-eviction --grace-period=0',
    out: 'node/~ already cordoned\npod/local deleted\nnode/~ drained',
    err: /^Warning: deleting Pods that declare no controller: ~\/local/,
    sameError: true,
  },
  { args: 'create -n ~ -f -', input: pod('bare'), out: 'pod/bare created' },
  {
    args: 'drain ~ --force --timeout=1s',
    code: 1,
    out: 'node/~ already cordoned\nevicting pod ~/bare',
    err: /There are pending pods in node "~" when an error occurred: error when waiting for pod "bare" .*: global timeout reached: AGE\npod\/bare\n/,
    // kubectl's words differ with what its clock ends first: the wait, or a request of it.
  },
  {
    args: 'drain ~ --pod-selector=a=(',
    code: 1,
    err: 'error: --pod-selector=<pod_selector> must be a valid label selector',
    sameError: true,
  },
  { args: 'drain nowhere', code: 1, err: 'Error from server (NotFound): nodes "nowhere" not found', sameError: true },
];

describe('what the CLI does with nodes', function () {
  this.timeout(60_000);
  let fixture: Fixture;

  before(async () => {
    fixture = await startFixture();
    for (const name of ownNamespaces) await makeNamespace(fixture.client, name);
  });
  after(() => fixture.remove());

  for (const row of [...cordon, ...taint, ...drain]) it(row.args, () => checkRow(fixture, row));
});
