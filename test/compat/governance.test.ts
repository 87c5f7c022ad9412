/** The kinds by which a cluster governs itself, as an unmodified kubectl works with them: server and controllers together. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { systemClock } from '../../api/clock.js';
import { certificateRequestFor } from '../../api/testing/certificate-request.js';
import { startTestCluster, type TestCluster } from '../../apiserver/testing/cluster.js';
import { Kubectl, kubectls } from '../../apiserver/testing/kubectl.js';
import { startControllers } from '../../controllers/main.js';

const policies = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: few}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]
  validations: [{expression: "object.spec.replicas <= 5"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: few}
spec: {policyName: few, validationActions: [Deny]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: label}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]
  reinvocationPolicy: Never
  mutations:
  - patchType: ApplyConfiguration
    applyConfiguration: {expression: 'Object{metadata: Object.metadata{labels: {"added": "yes"}}}'}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: label}
spec: {policyName: label}
`;

const networks = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules:
  - host: a.example.com
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny}
spec: {podSelector: {matchLabels: {app: db}}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: example.com/disk
---
apiVersion: networking.k8s.io/v1
kind: ServiceCIDR
metadata: {name: more}
spec: {cidrs: [10.97.0.0/24]}
`;

for (const { path, version } of kubectls()) {
  describe(`a cluster governs itself ${version}`, function () {
    this.timeout(60_000);
    let cluster: TestCluster;
    let controllers: { stop(): Promise<void> } | undefined;
    let at: Kubectl;

    before(async () => {
      cluster = await startTestCluster();
      at = new Kubectl(path, cluster);
      controllers = await startControllers({
        kubeconfig: join(cluster.dataDir, 'kubeconfig/controllers.conf'),
        identity: 'test',
        clusterSigningCertFile: join(cluster.dataDir, 'pki/ca.crt'),
        clusterSigningKeyFile: join(cluster.dataDir, 'pki/ca.key'),
        log: pino({ level: process.env.ORRERY_LOG ?? 'silent' }),
        clock: systemClock,
      });
    });
    after(async () => {
      await controllers?.stop();
      await cluster?.remove();
    });

    async function apply(manifest: string): Promise<void> {
      const file = join(cluster.dataDir, 'governance.yaml');
      await writeFile(file, manifest);
      await at.ok('apply', '-f', file);
    }
    /** mocha's time limit ends a wait in vain. */
    async function until(pattern: RegExp, ...args: string[]): Promise<string> {
      for (;;) {
        const { out } = await at.run(...args);
        if (pattern.test(out)) return out;
        await systemClock.sleep(100);
      }
    }

    it('by certificates that are asked for, approved and issued', async () => {
      const request = await certificateRequestFor({ commonName: 'ann', organizations: ['team'] });
      await apply(`
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: ann}
spec: {request: ${request}, signerName: kubernetes.io/kube-apiserver-client, usages: [client auth]}`);
      assert.match(
        await at.ok('get', 'csr'),
        /^ann +\d+s +kubernetes\.io\/kube-apiserver-client +kubernetes-admin +<none> +Pending$/m,
      );
      assert.match(await at.ok('certificate', 'approve', 'ann'), /ann approved/);
      await until(/Approved,Issued/, 'get', 'csr', 'ann');
      const certificate = await at.ok('get', 'csr', 'ann', '-o', 'jsonpath={.status.certificate}');
      assert.match(new X509Certificate(Buffer.from(certificate, 'base64')).subject, /CN=ann/);
    });

    it('by policies', async () => {
      await apply(policies);
      const err = await at.fails('create', 'deployment', 'big', '--image=x', '--replicas=6');
      assert.match(
        err,
        /ValidatingAdmissionPolicy 'few' with binding 'few' denied request: failed expression: object\.spec\.replicas <= 5/,
      );
      await at.ok('create', 'deployment', 'small', '--image=x', '--replicas=2');
      await at.ok('create', 'configmap', 'settings');
      assert.match(await at.ok('get', 'configmap', 'settings', '--show-labels'), /added=yes/);
    });

    it('in tables that kubectl knows', async () => {
      await apply(networks);
      assert.match(await at.ok('get', 'ing'), /^web +<none> +a\.example\.com +80 +\d+s$/m);
      assert.match(await at.ok('get', 'netpol'), /^deny +app=db +\d+s$/m);
      assert.match(await at.ok('get', 'sc'), /^fast \(default\) +example\.com\/disk +Delete +Immediate +false +\d+s$/m);
      assert.match(await at.ok('get', 'ip'), /^10\.96\.0\.1 +services\/default\/kubernetes +\d+s$/m);
      assert.match(await at.ok('get', 'pc', 'system-node-critical'), /2000001000 +false +\d+s +PreemptLowerPriority$/m);
      assert.match(await at.ok('get', 'flowschemas', 'exempt'), /^exempt +exempt +1 +<none> +\d+s +False$/m);
      assert.match(
        await at.ok('get', 'prioritylevelconfigurations', 'system'),
        /^system +Limited +30 +64 +6 +50 +\d+s$/m,
      );
    });

    it('by ranges that go only when nobody needs them', async () => {
      await until(/"True"|True/, 'get', 'servicecidr', 'more', '-o', 'jsonpath={.status.conditions[0].status}');
      await at.ok('delete', 'servicecidr', 'more');
    });

    it('and keeps what it cannot be without', async () => {
      const err = await at.fails('delete', 'pc', 'system-node-critical');
      assert.match(err, /this is a system priority class and cannot be deleted/);
    });
  });
}
