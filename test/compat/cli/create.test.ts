/** What `create` makes of words, kind by kind, beside kubectl's. */
import { type Fixture, makeNamespace, startFixture } from './fixture.js';
import { checkRow, ownNamespaces, type Row } from './rows.js';

/** Creates it, says so, and shows what is there then: the same as kubectl's. Of a kind of the whole cluster, each its own. */
const made = (kind: string, words: string, type: string, everywhere = false): Row[] => {
  const short = words.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const name = everywhere ? 'x-~' : `${kind.replaceAll(' ', '-')}${short}`.slice(0, 40).replace(/-$/, '');
  const where = everywhere ? '' : ' -n ~';
  return [
    { args: `create ${kind} ${name} ${words}${where}`, out: new RegExp(`^${type}/${name} created$`, 'm') },
    {
      args: `get ${type.split('.')[0]} ${name}${where} -o yaml`,
      out: /^(apiVersion|aggregationRule|description): /m,
      ...(type.startsWith('service') ? { differs: 'addresses and node ports are given' } : {}),
    },
    ...(everywhere ? [{ args: `delete ${type.split('.')[0]} ${name}`, out: /deleted/ }] : []),
  ];
};

const rows: Row[] = [
  ...made(
    'role',
    '--verb=get,list --verb=watch --resource=pods,pods/log,deployments.apps/scale,rs',
    'role.rbac.authorization.k8s.io',
  ),
  ...made('role', "--verb='*' --resource=cm --resource-name=a --resource-name=b", 'role.rbac.authorization.k8s.io'),
  ...made(
    'clusterrole',
    '--verb=get --resource=nodes --non-resource-url=/metrics',
    'clusterrole.rbac.authorization.k8s.io',
    true,
  ),
  ...made('clusterrole', '--aggregation-rule=a=b,c=d', 'clusterrole.rbac.authorization.k8s.io', true),
  ...made(
    'rolebinding',
    '--role=r --user=ada --user=bob --group=g --serviceaccount=default:sa',
    'rolebinding.rbac.authorization.k8s.io',
  ),
  ...made('rolebinding', '--clusterrole=view --group=g', 'rolebinding.rbac.authorization.k8s.io'),
  ...made(
    'clusterrolebinding',
    '--clusterrole=view --serviceaccount=default:sa',
    'clusterrolebinding.rbac.authorization.k8s.io',
    true,
  ),
  ...made('quota', '--hard=pods=5,cpu=2,memory=1Gi', 'resourcequota'),
  ...made('quota', '--hard=pods=5 --scopes=BestEffort', 'resourcequota'),
  ...made('poddisruptionbudget', '--selector=app=web,tier=front --min-available=50%', 'poddisruptionbudget.policy'),
  ...made('pdb', '--selector=app=web --max-unavailable=1', 'poddisruptionbudget.policy'),
  ...made(
    'priorityclass',
    '--value=1000 --description=High --preemption-policy=Never',
    'priorityclass.scheduling.k8s.io',
    true,
  ),
  ...made(
    'ingress',
    "--rule='a.example/web*=web:80,tls=secret' --rule=a.example/x=x:http --rule=/=y:1 --class=c --annotation=k=v",
    'ingress.networking.k8s.io',
  ),
  ...made('ingress', '--default-backend=web:80', 'ingress.networking.k8s.io'),
  ...made('service clusterip', '--tcp=80:8080 --tcp=443', 'service'),
  ...made('service nodeport', '--tcp=80', 'service'),
  ...made('service loadbalancer', '--tcp=80:http', 'service'),
  ...made('service externalname', '--external-name=example.com', 'service'),
  { args: 'create service clusterip none --clusterip=None -n ~', out: 'service/none created' },
  { args: 'get service none -n ~ -o yaml', out: /clusterIP: None/ },
  ...(
    [
      ['role r --resource=pods', 'at least one verb must be specified'],
      ['role r --verb=get', 'at least one resource must be specified'],
      ['rolebinding b --user=u', 'exactly one of clusterrole or role must be specified'],
      ['rolebinding b --role=r --serviceaccount=x', 'serviceaccount must be <namespace>:<name>'],
      ['pdb b --selector=a=b', 'one of min-available or max-unavailable must be specified'],
      ['service nodeport s', 'at least one tcp port specifier must be provided'],
    ] as const
  ).map(
    ([words, message]): Row => ({ args: `create ${words} -n ~`, code: 1, err: `error: ${message}`, sameError: true }),
  ),
];

const asked: Row[] = [
  { args: 'auth can-i create pods -n ~', out: 'yes' },
  { args: 'auth can-i get pods/web --subresource=log -A', out: 'yes' },
  { args: 'auth can-i get /metrics', out: 'yes' },
  { args: "auth can-i '*' '*' -A", out: 'yes' },
  { args: 'auth can-i list deploy -n ~ --as=ada', code: 1, out: /^no/, err: '', sameError: true },
  { args: 'auth can-i list deploy -n ~ --as=ada -q', code: 1, out: '', err: '', sameError: true },
  { args: 'auth can-i get nodes', out: 'yes', err: /not namespace scoped/, sameError: true },
  { args: 'auth can-i get clusterroles', out: 'yes', err: /in group 'rbac/, sameError: true },
  { args: 'auth can-i get nopes', out: 'yes', err: /resource type 'nopes'/, sameError: true },
  { args: 'auth can-i get', code: 1, err: /^error: you must specify two arguments/ },
  { args: 'auth whoami', out: /^ATTRIBUTE +VALUE\nUsername +kubernetes-admin\nGroups +\[system:masters/ },
  { args: 'auth whoami --as=ada --as-group=g', out: /^Username +ada$/m },
  { args: 'auth whoami -o jsonpath={.status.userInfo.username}', out: 'kubernetes-admin' },
  { args: 'api-versions', out: /^apps\/v1$/m },
];

describe('what the CLI creates, and what the server says of rights', function () {
  this.timeout(60_000);
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture();
    for (const namespace of ownNamespaces) await makeNamespace(fixture.client, namespace);
  });
  after(() => fixture.remove());

  for (const row of [...rows, ...asked]) it(row.args, () => checkRow(fixture, row));
});
