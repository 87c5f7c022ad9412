/** Each verb that writes, by our CLI in one namespace and by kubectl in another, row after row in order. */
import { type Fixture, makeNamespace, startFixture } from './fixture.js';
import { checkRow, ownNamespaces, type Row } from './rows.js';

const yaml = (kind: string, name: string, rest = ''): string =>
  `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n  labels: {app: ${name}}\n${rest}`;

const rc = yaml(
  'ReplicationController',
  'web',
  `spec:
  replicas: 2
  selector: {app: web}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "busybox:1", command: [sh, -c, "a && b > c"]}
`,
);
const pod = yaml('Pod', 'web', 'spec:\n  containers:\n  - {name: web, image: "busybox:1"}\n');
const settings = (data: string): string => yaml('ConfigMap', 'settings', `data: ${data}\n`);
const broken = `${settings('{a: b}')}---\n${yaml('ConfigMap', 'Bad_Name')}---\n${yaml('ConfigMap', 'second')}`;

const create: Row[] = [
  { args: 'create -n ~ configmap words --from-literal=a=b --from-literal=c=d', out: 'configmap/words created' },
  {
    args: 'create cm words -n ~ --from-literal=a=b',
    code: 1,
    err: 'Error from server (AlreadyExists): configmaps "words" already exists',
  },
  { args: 'create -n ~ secret generic hidden --from-literal=a=b', out: 'secret/hidden created' },
  { args: 'create -n ~ sa robot', out: 'serviceaccount/robot created' },
  { args: 'create ns ~-more', out: 'namespace/~-more created' },
  {
    args: 'create -n ~ cm dry --from-literal=a=b --dry-run=client',
    out: 'configmap/dry created (dry run)',
  },
  { args: 'create -n ~ cm dry --from-literal=a=b --dry-run=server', out: 'configmap/dry created (server dry run)' },
  {
    args: 'create cm dry --from-literal=a=b --dry-run=client -o yaml',
    out: 'apiVersion: v1\ndata:\n  a: b\nkind: ConfigMap\nmetadata:\n  name: dry',
    differs: 'kubectl before 1.33 adds "creationTimestamp: null"',
  },
  {
    args: 'create -n ~ cm twice --from-literal=a=b --from-literal=a=c',
    code: 1,
    err: /^error: cannot add key "?a"?, another key/,
  },
  {
    args: 'create -n ~ cm wrong --from-literal=a',
    code: 1,
    err: /invalid literal source a, expected key=value/,
    sameError: true,
  },
  { args: 'create -n ~ token robot', out: /^ey[\w-]+\.[\w-]+\.[\w-]+$/, differs: 'no two tokens are the same' },
  { args: 'create -n ~ -f -', input: pod, out: 'pod/web created' },
  {
    args: 'create -n ~ -f -',
    input: pod,
    code: 1,
    err: 'Error from server (AlreadyExists): error when creating "STDIN": pods "web" already exists',
    sameError: true,
  },
  {
    args: 'create -n ~ -f - -o name',
    input: broken,
    code: 1,
    out: 'configmap/settings\nconfigmap/second',
    err: /^The ConfigMap "Bad_Name" is invalid: metadata\.name: Invalid value: "Bad_Name"/,
    sameError: true,
  },
  { args: 'create', code: 1, err: /^error: must specify/ },
  { args: 'create nonsense x', code: 1, err: /^error: Unexpected args: \[nonsense x\]/ },
  {
    args: 'create -n ~ -f nowhere.yaml',
    code: 1,
    err: 'error: the path "nowhere.yaml" does not exist',
    sameError: true,
  },
  { args: 'create -n ~ -f -', input: 'a: [', code: 1, err: /^error: STDIN:\d+:\d+: / },
  { args: 'create -n ~ -f -', input: 'kind: Pod\n', code: 1, err: 'error: STDIN, document 1: apiVersion not set' },
  {
    args: 'create -n ~ -f -',
    input: yaml('Nonsense', 'x'),
    code: 1,
    err: /^error: STDIN: no matches for kind "Nonsense" in version "v1"/,
  },
  {
    args: 'create -n ~ -f -',
    input: yaml('ConfigMap', 'unknown', 'spec: {}\n'),
    code: 1,
    err: /Error from server \(BadRequest\): error when creating "STDIN": .* strict decoding error: unknown field "spec"/,
    sameError: true,
  },
  {
    args: 'create -n ~ --validate=warn -f -',
    input: yaml('ConfigMap', 'unknown', 'spec: {}\n'),
    out: 'configmap/unknown created',
    err: 'Warning: unknown field "spec"',
    sameError: true,
  },
];

const apply: Row[] = [
  { args: 'apply -n ~ -f -', input: rc, out: 'replicationcontroller/web created' },
  {
    args: 'apply -n ~ -f -',
    input: rc,
    out: 'replicationcontroller/web unchanged',
    differs: 'kubectl 1.32 counts this as configured',
  },
  {
    args: 'apply -n ~ -f - --dry-run=client',
    input: rc.replace('replicas: 2', 'replicas: 3'),
    out: 'replicationcontroller/web configured (dry run)',
  },
  {
    args: 'apply -n ~ -f - --dry-run=server',
    input: rc.replace('replicas: 2', 'replicas: 3'),
    out: 'replicationcontroller/web configured (server dry run)',
  },
  {
    args: 'apply -n ~ -f -',
    input: rc.replace('replicas: 2', 'replicas: 3'),
    out: 'replicationcontroller/web configured',
  },
  { args: 'get -n ~ rc web -o jsonpath={.spec.replicas}', out: '3' },
  {
    args: 'get -n ~ rc web -o jsonpath={.metadata.annotations}',
    out: /^\{"kubectl\.kubernetes\.io\/last-applied-configuration":"\{\\"apiVersion\\":\\"v1\\",\\"kind\\":\\"ReplicationController\\",\\"metadata\\":\{\\"annotations\\":\{\},.*a \\\\u0026\\\\u0026 b \\\\u003e c.*\\n"\}$/,
  },
  {
    args: 'apply -n ~ -f -',
    input: settings('{a: "1", b: "2"}'),
    out: 'configmap/settings configured',
    err: /^Warning: resource configmaps\/settings is missing the kubectl\.kubernetes\.io\/last-applied-configuration annotation/,
  },
  { args: 'apply -n ~ -f -', input: settings('{b: "2"}'), out: 'configmap/settings configured' },
  { args: 'get -n ~ cm settings -o jsonpath={.data}', out: '{"b":"2"}' },
  { args: 'apply -n ~ -f -', input: settings('{b: "2"}'), out: 'configmap/settings unchanged' },
  { args: 'apply -n ~ -f - -o name', input: settings('{b: "2"}'), out: 'configmap/settings' },
  {
    args: 'apply -n ~ -f - -o yaml',
    input: settings('{b: "2"}'),
    out: /\nkind: ConfigMap\nmetadata:\n {2}annotations:\n/,
  },
  {
    args: 'apply -n ~ -f -',
    input: yaml('ConfigMap', 'elsewhere').replace('labels', 'namespace: default\n  labels'),
    code: 1,
    err: /the namespace from the provided object "default" does not match the namespace "~"/,
    sameError: true,
  },
  { args: 'apply -f nowhere.yaml', code: 1, err: 'error: the path "nowhere.yaml" does not exist', sameError: true },
  { args: 'apply', code: 1, err: /^error: must specify/ },
];

const metadata: Row[] = [
  { args: 'label -n ~ cm words tier=front', out: 'configmap/words labeled' },
  { args: 'label -n ~ cm words tier=front', out: 'configmap/words not labeled' },
  {
    args: 'label -n ~ cm/words tier=back',
    code: 1,
    err: "error: 'tier' already has a value (front), and --overwrite is false",
    sameError: true,
  },
  { args: 'label -n ~ cm words tier=back --overwrite=true', out: 'configmap/words labeled' },
  { args: 'label -n ~ cm words a=b c=d --dry-run=client', out: 'configmap/words labeled (dry run)' },
  { args: 'label -n ~ cm words a=b c=d --dry-run=server', out: 'configmap/words labeled (server dry run)' },
  { args: 'label -n ~ cm words --list', out: 'tier=back' },
  { args: 'label -n ~ cm words tier-', out: 'configmap/words unlabeled' },
  { args: 'label -n ~ cm words tier-', out: 'label "tier" not found.\nconfigmap/words not labeled' },
  { args: 'label -n ~ cm -l app=settings tier=front', out: 'configmap/settings labeled' },
  { args: 'label -n ~ sa --all team=x', out: 'serviceaccount/default labeled\nserviceaccount/robot labeled' },
  { args: 'label -n ~ cm words mark=1 -o yaml', out: /\n {2}labels:\n {4}mark: "1"\n/ },
  { args: 'label -n ~ cm words', code: 1, err: 'error: at least one label update is required', sameError: true },
  {
    args: 'label -n ~ cm a=b',
    code: 1,
    err: 'error: resource(s) were provided, but no name was specified',
    sameError: true,
  },
  {
    args: 'label -n ~ cm nope a=b',
    code: 1,
    err: 'Error from server (NotFound): configmaps "nope" not found',
    sameError: true,
  },
  { args: 'label -n ~ cm words a=b a-', code: 1, err: /can not both modify and remove a label in the same command/ },
  {
    args: "label -n ~ cm words 'bad key=x'",
    code: 1,
    err: /^The ConfigMap "words" is invalid: metadata\.labels: Invalid value: "bad key": /,
  },
  { args: 'annotate -n ~ cm words note=one', out: 'configmap/words annotated' },
  { args: 'annotate -n ~ cm words note=one', out: 'configmap/words annotated' },
  {
    args: 'annotate -n ~ cm words note=two',
    code: 1,
    err: "error: --overwrite is false but found the following declared annotation(s): 'note' already has a value (one)",
    sameError: true,
  },
  { args: 'annotate -n ~ cm words note=two --overwrite', out: 'configmap/words annotated' },
  { args: 'annotate -n ~ cm words --list', out: 'note=two' },
  { args: 'annotate -n ~ cm words note-', out: 'configmap/words annotated' },
  {
    args: 'annotate -n ~ cm words',
    code: 1,
    err: 'error: at least one annotation update is required',
    sameError: true,
  },
];

const scale: Row[] = [
  { args: 'scale -n ~ rc web --replicas=5', out: 'replicationcontroller/web scaled' },
  { args: 'scale -n ~ rc/web --replicas=6 --current-replicas=5', out: 'replicationcontroller/web scaled' },
  {
    args: 'scale -n ~ rc/web --replicas=7 --current-replicas=5',
    code: 1,
    err: 'error: Expected replicas to be 5, was 6',
    sameError: true,
  },
  { args: 'scale -n ~ rc web --replicas=7 --dry-run=client', out: 'replicationcontroller/web scaled (dry run)' },
  { args: 'scale -n ~ rc web --replicas=7 --dry-run=server', out: 'replicationcontroller/web scaled (server dry run)' },
  { args: 'get -n ~ rc web -o jsonpath={.spec.replicas}', out: '6' },
  { args: 'scale -n ~ rc --all --replicas=1', out: 'replicationcontroller/web scaled' },
  { args: 'scale -n ~ -f - --replicas=2', input: rc, out: 'replicationcontroller/web scaled' },
  { args: 'scale -n ~ rc web --replicas=2 -o name', out: 'replicationcontroller/web' },
  {
    args: 'scale -n ~ rc/web rc/nope --replicas=3',
    code: 1,
    out: 'replicationcontroller/web scaled',
    err: 'Error from server (NotFound): replicationcontrollers "nope" not found',
    sameError: true,
  },
  {
    args: 'scale -n ~ rc web --replicas=-1',
    code: 1,
    err: /^error: The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0/,
    sameError: true,
  },
  { args: 'scale -n ~ rc web', code: 1, err: /--replicas/ },
  { args: 'scale -n ~ pod web --replicas=1', code: 1, err: /^error: pods cannot be scaled/ },
];

const patch: Row[] = [
  { args: `patch -n ~ cm words -p '{"data":{"a":"x"}}'`, out: 'configmap/words patched' },
  { args: `patch -n ~ cm words -p '{"data":{"a":"x"}}'`, out: 'configmap/words patched (no change)' },
  { args: `patch -n ~ cm words -p 'data: {a: z}'`, out: 'configmap/words patched' },
  { args: `patch -n ~ cm words --type=merge -p '{"data":{"c":null}}'`, out: 'configmap/words patched' },
  {
    args: `patch -n ~ cm words --type=json -p '[{"op":"add","path":"/data/j","value":"k"}]'`,
    out: 'configmap/words patched',
  },
  { args: 'get -n ~ cm words -o jsonpath={.data}', out: '{"a":"z","j":"k"}' },
  { args: `patch -n ~ cm words -p '{"data":{"a":"y"}}' -o name`, out: 'configmap/words' },
  {
    args: `patch -n ~ rc web --subresource=scale --type=merge -p '{"spec":{"replicas":1}}'`,
    out: 'replicationcontroller/web patched',
    differs: 'kubectl names the Scale that it got',
  },
  {
    args: `patch -n ~ cm words -p '{"data":{"a":"q"}}' --dry-run=server`,
    out: 'configmap/words patched (server dry run)',
    differs: 'kubectl does not say that it was a dry run',
  },
  {
    args: `patch -n ~ cm words --type=json -p '[{"op":"test","path":"/data/j","value":"no"}]'`,
    code: 1,
    err: /^The request is invalid: the server rejected our request due to an error in our request: /,
    sameError: true,
  },
  {
    args: `patch -n ~ cm words --type=merge -p '{"data":{"a":1}}'`,
    code: 1,
    err: /^Error from server \(BadRequest\)/,
    sameError: true,
  },
  {
    args: `patch -n ~ cm nope -p '{}'`,
    code: 1,
    err: 'Error from server (NotFound): configmaps "nope" not found',
    sameError: true,
  },
  { args: `patch -n ~ cm words -p '{'`, code: 1, err: /^error: unable to parse the patch:1:2: / },
  { args: 'patch -n ~ cm words', code: 1, err: /^error: must specify --patch or --patch-file/ },
  { args: `patch -n ~ cm words --type=nonsense -p '{}'`, code: 1, err: /Allowed choices are strategic, merge, json/ },
];

const replace: Row[] = [
  { args: 'replace -n ~ -f -', input: settings('{only: "1"}'), out: 'configmap/settings replaced' },
  { args: 'get -n ~ cm settings -o jsonpath={.data}{.metadata.annotations}', out: '{"only":"1"}' },
  {
    args: 'replace -n ~ -f - --dry-run=server -o name',
    input: settings('{only: "2"}'),
    out: 'configmap/settings',
  },
  {
    args: 'replace -n ~ -f - --force',
    input: settings('{anew: "1"}'),
    out: 'configmap "settings" deleted from ~ namespace\nconfigmap/settings replaced',
  },
  {
    args: 'replace -n ~ -f -',
    input: yaml('ConfigMap', 'nope'),
    code: 1,
    err: 'Error from server (NotFound): error when replacing "STDIN": configmaps "nope" not found',
    sameError: true,
  },
  {
    args: 'replace -n ~ -f -',
    input: settings('{a: b}').replace('labels', 'resourceVersion: "1"\n  labels'),
    code: 1,
    err: /^Error from server \(Conflict\): error when replacing "STDIN": Operation cannot be fulfilled on configmaps "settings"/,
    sameError: true,
  },
  { args: 'replace -n ~', code: 1, err: /^error: must specify/ },
];

const remove: Row[] = [
  { args: 'delete -n ~ cm words --dry-run=client', out: 'configmap "words" deleted from ~ namespace (dry run)' },
  { args: 'delete -n ~ cm words --dry-run=server', out: 'configmap "words" deleted from ~ namespace (server dry run)' },
  { args: 'delete -n ~ cm words', out: 'configmap "words" deleted from ~ namespace' },
  {
    args: 'delete -n ~ cm words',
    code: 1,
    err: 'Error from server (NotFound): configmaps "words" not found',
    sameError: true,
  },
  { args: 'delete -n ~ cm words --ignore-not-found=true', out: '' },
  {
    args: 'delete -n ~ cm/settings secret/nope',
    code: 1,
    out: 'configmap "settings" deleted from ~ namespace',
    err: /secrets "nope" not found/,
    sameError: true,
  },
  { args: 'delete -n ~ sa robot -o name', out: 'serviceaccount/robot' },
  { args: 'delete -n ~ -f -', input: yaml('ConfigMap', 'second'), out: 'configmap "second" deleted from ~ namespace' },
  {
    args: 'delete -n ~ -f -',
    input: yaml('ConfigMap', 'second'),
    code: 1,
    err: 'Error from server (NotFound): error when deleting "STDIN": configmaps "second" not found',
    sameError: true,
  },
  { args: 'delete -n ~ pods -l app=nope', out: 'No resources found' },
  { args: 'delete -n ~ pods --all -l app=web', code: 1, err: /^error: / },
  {
    args: 'delete -n ~ pod web --force',
    out: 'pod "web" force deleted from ~ namespace',
    err: /^Warning: Immediate deletion does not wait/,
    sameError: true,
  },
  {
    args: 'delete -n ~ cm,secrets,rc --all',
    out: /configmap "unknown" deleted from ~ namespace\nsecret "hidden" .*\nreplicationcontroller "web" deleted [^\n]+\n$/,
  },
  {
    args: 'delete -n ~ cm',
    code: 1,
    err: 'error: resource(s) were provided, but no name was specified',
    sameError: true,
  },
  { args: 'delete -n ~ cm a --all', code: 1, err: /^error: name cannot be provided when a selector is specified/ },
  {
    args: 'delete -n ~ rc web --cascade=nonsense',
    code: 1,
    err: 'error: invalid cascade value (nonsense). Must be "background", "foreground", or "orphan"',
    sameError: true,
  },
  {
    args: 'delete -n ~ nonsense a',
    code: 1,
    err: `error: the server doesn't have a resource type "nonsense"`,
    sameError: true,
  },
  { args: 'delete', code: 1, err: /^error: You must provide one or more resources by argument or filename/ },
  { args: 'delete ns ~-more --wait=false', out: 'namespace "~-more" deleted' },
];

describe('what the CLI writes', function () {
  this.timeout(60_000);
  let fixture: Fixture;

  before(async () => {
    fixture = await startFixture();
    for (const name of ownNamespaces) await makeNamespace(fixture.client, name);
  });
  after(() => fixture.remove());

  for (const row of [...create, ...apply, ...metadata, ...scale, ...patch, ...replace, ...remove]) {
    it(row.args, () => checkRow(fixture, row));
  }
});
