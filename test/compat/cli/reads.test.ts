/** What our CLI shows beside what kubectl shows of the same objects. */
import { type Fixture, makeBounds, makeObjects, startFixture } from './fixture.js';
import { makeManyKinds } from './many-kinds.js';
import { checkRow, type Row } from './rows.js';

const get: Row[] = [
  {
    args: 'get pods',
    out: /^NAME +READY +STATUS +RESTARTS +AGE\nother +0\/1 +Pending +0 +AGE\nweb +1\/2 +ImagePullBackOff +2 /,
  },
  { args: 'get po', out: /^NAME/ },
  { args: 'get pod web', out: /^NAME.*\nweb .*\n$/ },
  { args: 'get pods -o wide', out: /NOMINATED NODE +READINESS GATES/ },
  { args: 'get -o=wide pods', out: /NOMINATED NODE/ },
  { args: '-n kube-system get pods', out: '', err: 'No resources found in kube-system namespace.', sameError: true },
  { args: '--namespace=default get pods/web', out: /\nweb / },
  { args: 'get pods --no-headers=true', out: /^other +0\/1 +Pending +0 +AGE\nweb/ },
  { args: 'get rc,svc --no-headers', out: /^replicationcontroller\/web/ },
  { args: 'get pods --show-labels', out: /LABELS\nother .*app=other\nweb .*app=web\n$/ },
  { args: 'get pods -L app,nope', out: /APP +NOPE\nother .* other\n/ },
  { args: 'get pods --show-kind', out: /\npod\/web / },
  { args: 'get pods -A', out: /^NAMESPACE +NAME / },
  { args: 'get nodes -A', out: /^NAME +STATUS/ },
  { args: 'get nodes -o wide', out: /CONTAINER-RUNTIME\nn1 +Ready/ },
  { args: 'get pods -l app=web -o name', out: 'pod/web' },
  { args: 'get pods -l app!=web,app -o name', out: 'pod/other' },
  { args: 'get pods --field-selector=spec.nodeName=n1 -o name', out: 'pod/web' },
  { args: 'get pods -l a=b', out: '', err: 'No resources found in default namespace.', sameError: true },
  { args: 'get pods -l a=b -A', out: '', err: 'No resources found', sameError: true },
  { args: 'get pods,svc', out: /pod\/web [\s\S]*\n\nNAME [\s\S]*service\/web / },
  { args: 'get all', out: /pod\/web [\s\S]*replicationcontroller\/web [\s\S]*service\/kubernetes / },
  { args: 'get po/web svc/web', out: /pod\/web [\s\S]*service\/web / },
  {
    args: 'get po/nope svc/web',
    code: 1,
    out: /^NAME[\s\S]*\nweb /,
    err: 'Error from server (NotFound): pods "nope" not found',
    sameError: true,
  },
  { args: 'get pods nope web', code: 1, out: /\nweb /, err: /pods "nope" not found/, sameError: true },
  { args: 'get pods nope --ignore-not-found', out: '' },
  { args: 'get events --sort-by=.lastTimestamp -o name', out: 'event/web.2\nevent/web.1' },
  { args: 'get pods --sort-by=.metadata.name', out: /\nother [\s\S]*\nweb / },
  { args: 'get cm settings -o yaml', out: /^apiVersion: v1\ndata:\n {2}mode: a > b\n {2}multi: \|-\n {4}one\n/ },
  { args: 'get cm settings -o json', out: /"mode": "a \\u003e b"/ },
  { args: 'get pods -o yaml', out: /^apiVersion: v1\nitems:\n- apiVersion: v1\n {2}kind: Pod/ },
  { args: 'get pods -o json', out: /"kind": "List",\n {4}"metadata": \{\n {8}"resourceVersion": ""/ },
  { args: 'get pods,svc -o yaml', out: /kind: Service/ },
  { args: 'get pods -l a=b -o yaml', out: 'apiVersion: v1\nitems: []\nkind: List\nmetadata:\n  resourceVersion: ""' },
  { args: 'get pods nope web -o name', code: 1, out: 'pod/web', err: /NotFound/, sameError: true },
  { args: 'get clusterroles -o name', out: /^clusterrole\.rbac\.authorization\.k8s\.io\/admin\n/ },
  { args: 'get roles.rbac.authorization.k8s.io -A -o name', out: /^role\.rbac/ },
  { args: 'get secrets,cm,sa,role,rolebinding,lease,endpointslice,ep -A', out: /secret\/password/ },
  { args: 'get events -o wide', out: /SUBOBJECT/ },
  { args: 'get pod web -o jsonpath={.metadata.name}', out: 'web' },
  { args: `get pods -o 'jsonpath={.items[*].metadata.name}'`, out: 'other web' },
  {
    args: `get pods -o 'jsonpath={range .items[*]}{.metadata.name}{"\\t"}{.spec.nodeName}{"\\n"}{end}'`,
    out: 'other\nweb\tn1',
  },
  { args: `get pod web -o 'jsonpath={.spec.containers[?(@.name=="writer")].image}'`, out: 'busybox:1' },
  { args: 'get pod web -o jsonpath={.spec.nodeSelector}', out: '{"disk":"ssd"}' },
  { args: 'get cm settings -o jsonpath={.data}', out: '{"mode":"a \\u003e b","multi":"one\\ntwo"}' },
  { args: 'get pod web -o jsonpath-as-json={.metadata.name}', out: '[\n    "web"\n]' },
  {
    args: 'get pods -o custom-columns=NAME:.metadata.name,IMAGES:.spec.containers[*].image,LABELS:.metadata.labels,NO:.x',
    out: 'NAME    IMAGES                LABELS           NO\nother   busybox:1             map[app:other]   <none>\nweb     busybox:1,busybox:1   map[app:web]     <none>',
  },
  { args: 'get pods -o custom-columns=NAME:.metadata.name --no-headers', out: 'other\nweb' },
  { args: 'get --raw /api', out: /"versions": ?\[ ?"v1"/ },
  { args: 'get nope', code: 1, err: `error: the server doesn't have a resource type "nope"`, sameError: true },
  {
    args: 'get pod web -A',
    code: 1,
    err: 'error: a resource cannot be retrieved by name across all namespaces',
    sameError: true,
  },
  {
    args: 'get pods/a/b',
    code: 1,
    err: /arguments in resource\/name form may not have more than one slash/,
    sameError: true,
  },
  { args: 'get pods -o nope', code: 1, err: /^error: unable to match a printer suitable for the output format "nope"/ },
  { args: 'get', code: 1, err: /^error: Required resource not specified/ },
  { args: 'get pods --nope', code: 1, err: /unknown option '--nope'/ },
  { args: 'get nodes nope', code: 1, err: 'Error from server (NotFound): nodes "nope" not found', sameError: true },
];

const describes: Row[] = [
  { args: 'describe pod web', out: /^Name: +web\nNamespace: +default\n/ },
  { args: 'describe pods -l app=web', out: /^Name: +web\n/ },
  {
    args: 'describe rc web',
    out: /\nPods Status: +0 Running \/ 0 Waiting \/ 0 Succeeded \/ 0 Failed\nPod Template:\n/,
  },
  { args: 'describe svc web', out: /\nPort: +http +80\/TCP\nTargetPort: +http\/TCP\nEndpoints: +<none>\n/ },
  { args: 'describe svc kubernetes', out: /\nEndpoints: +127\.0\.0\.1:\d+\n/ },
  {
    args: 'describe node n1',
    out: /\n {2}Namespace +Name +CPU Requests[\s\S]*\n {2}default +web +50m \(2%\) +100m \(5%\) +64Mi \(1%\) +64Mi \(1%\)/,
    differs: 'a missing lease is <none>, where kubectl quotes the error',
  },
  { args: 'describe ns default', out: /\nStatus: +Active\n\nNo resource quota.\n\nNo LimitRange resource.\n$/ },
  { args: 'describe ns limited', out: /\nResource Quotas\n +Name: +some\n(.|\n)*\nResource Limits\n Type / },
  { args: 'describe secret password', out: /\npassword: +7 bytes\n$/ },
  {
    args: 'describe cm settings',
    out: /\nData\n====\nmode:\n----\na > b\n\nmulti:\n----\none\ntwo\n/,
    differs: 'kubectl shows the entries in no order',
  },
  { args: 'describe sa default', out: /\nImage pull secrets: +<none>\n/ },
  { args: 'describe ep kubernetes', out: /\nSubsets:\n {2}Addresses: +127\.0\.0\.1\n/ },
  { args: 'describe endpointslices', out: /\nAddressType: +IPv4\n/ },
  { args: 'describe clusterrole view', out: /\n {2}pods\/log +\[\] +\[\] +\[get list watch\]\n/ },
  { args: 'describe clusterrole system:discovery', out: /\[\/api\/\*\]/ },
  { args: 'describe clusterrolebinding cluster-admin', out: /\n {2}Group +system:masters/ },
  { args: 'describe role -n kube-system', out: /PolicyRule:/ },
  { args: 'describe event web.1', out: /\nInvolved Object:\n {2}API Version: +v1\n/ },
  { args: 'describe pod we', out: /^Name: +web\n/, differs: 'kubectl ends what it found by prefix with an empty line' },
  {
    args: 'describe pod nope',
    code: 1,
    out: '',
    err: 'Error from server (NotFound): pods "nope" not found',
    sameError: true,
  },
  { args: 'describe pods -l a=b', out: '', err: 'No resources found in default namespace.', sameError: true },
];

/** Of kinds/*: see many-kinds.yaml. */
const many: Row[] = [
  {
    args: 'describe -n kinds deploy web',
    out: /\nReplicas: +2 desired \| 2 updated \| 3 total .*[\s\S]*\nOldReplicaSets: +web-old \(1\/1 .*\nNewReplicaSet: +web-new \(0\/2 /,
  },
  { args: 'describe -n kinds deploy recreate', out: /\nStrategyType: +Recreate\n/ },
  {
    args: 'describe -n kinds rs web-new',
    out: /\nControlled By: +Deployment\/web\n[\s\S]*\nPods Status: +1 Running \/ 0 Waiting/,
  },
  { args: 'describe -n kinds sts', out: /\n {2}Partition: +1\n[\s\S]*\nVolume Claims:\n {2}Name: +data\n/ },
  { args: 'describe -n kinds ds', out: /\nDesired Number of Nodes Scheduled: 3\n/ },
  {
    args: 'describe -n kinds jobs',
    out: /\nPods Statuses: +1 Active \(1 Ready\) \/ 1 Succeeded \/ 0 Failed\nCompleted Indexes: +0\n/,
  },
  { args: 'describe -n kinds cronjob', out: /\nActive Jobs: +hourly-1, hourly-2\n/ },
  {
    args: 'describe -n kinds hpa',
    out: /"hits" on Service\/web \(target value\): +4 \/ 5\n[\s\S]*\n {4}Select Policy: Max\n/,
  },
  { args: 'describe -n kinds pdb', out: /\n {4}Allowed disruptions: +1\n/ },
  { args: 'describe -n kinds quota,limits', out: /\nScopes: +NotTerminating\n \* Matches/ },
  { args: 'describe pv disk remote loc', out: /\n {4}Term 0: +a in \[b\]\n/ },
  {
    args: 'describe pv csi',
    out: /\n {4}VolumeAttributes: +a=1\n +b=2\n/,
    differs: 'kubectl indents the attributes further',
  },
  { args: 'describe -n kinds pvc', out: /\nUsed By: +web-new-1\nConditions:\n/ },
  { args: 'describe sc slow', out: /\nMountOptions:\n {2}ro\nReclaimPolicy: / },
  {
    args: 'describe -n kinds ingress,ingressclass',
    out: / web:80 \(10\.9\.9\.7:8080\)\n[\s\S]* nope:http \(<error: services "nope" not found>\)\n/,
  },
  { args: 'describe -n kinds netpol', out: /\n {4}To Port Range: 90-95\/UDP\n/ },
  { args: 'describe -n kinds sa robot', out: /\nImage pull secrets: +x\n/ },
  { args: 'describe -n kinds endpointslice', out: /\n {2}- Addresses: +10\.9\.9\.9\n/ },
  { args: 'describe csr', out: /\n {2}Common Name: +jane\n[\s\S]*DNS Names: +a\.b\n/ },
  { args: 'describe priorityclass high', out: /\nDescription: +what matters\n/ },
  { args: 'describe apiservice v1.', out: /^Name: +v1\.\nNamespace: *\n/ },
];

const others: Row[] = [
  { args: 'api-resources', out: /^NAME +SHORTNAMES +APIVERSION +NAMESPACED +KIND\nbindings/ },
  { args: 'api-resources -o wide', out: /VERBS +CATEGORIES\n/ },
  { args: 'api-resources -o name', out: /^bindings\ncomponentstatuses\nconfigmaps\n/ },
  {
    args: 'api-resources --namespaced=false --no-headers',
    out: /^componentstatuses +cs +v1 +false +ComponentStatus\nnamespaces +ns +v1 +false +Namespace\n/,
  },
  { args: 'api-resources --api-group=rbac.authorization.k8s.io -o name', out: /^clusterrolebindings\.rbac/ },
  { args: 'api-resources --verbs=list,deletecollection -o name', out: /^configmaps\n/ },
  {
    args: 'events',
    out: /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n20h +Normal +Started +Pod\/web +Started container web\n10h /,
  },
  { args: 'events -A', out: /^NAMESPACE +LAST SEEN/ },
  { args: 'events --for pod/web', out: /Pod\/web/ },
  { args: 'events --for pod/other', out: '', err: 'No events found in default namespace.', sameError: true },
  { args: 'events --types=Warning', out: '', err: 'No events found in default namespace.', sameError: true },
  { args: 'events --for web', code: 1, err: /--for must be in resource\/name form/ },
  {
    args: 'explain pods.spec.containers.image',
    out: /^KIND: +Pod\nVERSION: +v1\n\nFIELD: image <string>\n/,
    differs: 'kubectl has empty lines that say nothing',
  },
  {
    args: 'explain leases --recursive',
    out: /\n {4}acquireTime\t<string>\n/,
    differs: 'kubectl has empty lines that say nothing',
  },
  {
    args: 'explain pods.spec.nope',
    code: 1,
    err: 'error: field "nope" does not exist',
    differs: 'kubectl prints the head of the answer first',
  },
  { args: 'explain nope', code: 1, err: /the server doesn't have a resource type "nope"/ },
  { args: 'version --client -o json', out: /"gitVersion": "v\d/, differs: 'another client' },
  { args: 'version', out: /^Client Version: v\d.*\nServer Version: v1\.36/, differs: 'another client' },
  { args: 'version -o nope', code: 1, err: `error: --output must be 'yaml' or 'json'`, sameError: true },
  { args: 'wait --for=jsonpath={.status.phase}=Running pod/web', out: 'pod/web condition met' },
  { args: 'wait --for=condition=Ready=False pod web', out: 'pod/web condition met' },
  {
    args: 'wait --for=condition=ready pod/web --timeout=0',
    code: 1,
    err: 'error: condition not met for pods/web',
    sameError: true,
  },
  {
    args: 'wait --for=condition=Ready pod/web --timeout=100ms',
    code: 1,
    err: 'error: timed out waiting for the condition on pods/web',
    sameError: true,
  },
  {
    args: 'wait --for=condition=Ready pod/nope',
    code: 1,
    err: 'Error from server (NotFound): pods "nope" not found',
    sameError: true,
  },
  {
    args: 'wait --for=condition=Ready pods -l a=b',
    code: 1,
    err: 'error: no matching resources found',
    sameError: true,
  },
  {
    args: 'wait --for=condition=Ready pods',
    code: 1,
    err: 'error: resource(s) were provided, but no name was specified',
    sameError: true,
  },
  { args: 'wait --for=delete pod/nope', out: '' },
  { args: 'wait --for=create cm/settings', out: 'configmap/settings condition met' },
  { args: 'wait --for=nonsense pod/web', code: 1, err: /^error: unrecognized condition: "nonsense"/ },
  { args: 'logs web -c nope', code: 1, err: /container nope (not found in|is not valid for) pod "?web/ },
  { args: 'logs', code: 1, err: /expected/ },
  { args: 'exec web', code: 1, err: 'error: you must specify at least one command for the container', sameError: true },
  { args: 'exec nope -- ls', code: 1, err: 'Error from server (NotFound): pods "nope" not found', sameError: true },
  { args: 'nonsense', code: 1, err: /unknown command 'nonsense'/ },
  { args: 'gt pods', code: 1, err: /Did you mean get\?/ },
];

describe('what the CLI shows', function () {
  this.timeout(60_000);
  let fixture: Fixture;

  before(async () => {
    fixture = await startFixture();
    await makeObjects(fixture.client);
    await makeBounds(fixture.client);
    await makeManyKinds(fixture.client);
    if (!fixture.kubectl) console.log('      no kubectl of 1.30 or newer is installed: nothing is compared with it');
  });
  after(() => fixture.remove());

  for (const row of [...get, ...describes, ...many, ...others]) it(row.args, () => checkRow(fixture, row));
});
