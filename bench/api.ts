/** The API server under load, over TLS with authentication, authorization and admission, and a bare handler beside it. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { layoutOf } from '../cli/cluster/layout.js';
import type { Lab } from '../test/e2e/lab.js';
import { root } from '../tools/sources.js';

/** Requests a second, one value a run. */
export interface ApiFigures {
  bare: number[];
  getPod: number[];
  listPage: number[];
  createConfigMap: number[];
}

const runs = 3;
const seconds = 4;
const server = 'https://198.18.0.1:6443';
const bareServer = 'https://198.18.0.1:7443';

/** Empty figures where wrk is not installed. */
export async function measureApi(lab: Lab): Promise<ApiFigures> {
  const figures: ApiFigures = { bare: [], getPod: [], listPage: [], createConfigMap: [] };
  if ((await lab.run('sh', ['-c', 'command -v wrk'])).code !== 0) {
    console.error('the API figures are left out: wrk is not installed (apt-get install wrk)');
    return figures;
  }
  const folder = join(lab.dataDir, 'bench');
  mkdirSync(folder, { recursive: true });
  const token = await prepare(lab);
  const script = join(folder, 'create.lua');
  writeFileSync(script, createScript(token));
  const pod = (
    await lab.orrery('get', 'pods', '-l', 'app=bench-target', '-o', 'jsonpath={.items[0].metadata.name}')
  ).trim();
  const bare = await startBare(lab, await podBytes(lab, pod));
  const header = ['-H', `Authorization: Bearer ${token}`];
  try {
    for (let run = 0; run < runs; run += 1) {
      figures.bare.push(await wrk(lab, ['-c16', bareServer]));
      figures.getPod.push(await wrk(lab, ['-c16', ...header, `${server}/api/v1/namespaces/default/pods/${pod}`]));
      figures.createConfigMap.push(await wrk(lab, ['-c16', '-s', script, server]));
      figures.listPage.push(
        await wrk(lab, ['-c2', ...header, `${server}/api/v1/namespaces/bench/configmaps?limit=500`]),
      );
    }
  } finally {
    bare.kill();
  }
  return figures;
}

/** A namespace to fill, a pod to read, and a service account that may do everything; answers its token. */
async function prepare(lab: Lab): Promise<string> {
  const manifest = join(lab.dataDir, 'bench', 'prepare.yaml');
  writeFileSync(
    manifest,
    [
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: bench}\n',
      'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: bench, namespace: bench}\n',
      'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: bench}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: ServiceAccount, name: bench, namespace: bench}]\n',
      'apiVersion: v1\nkind: Pod\nmetadata: {name: bench-target, labels: {app: bench-target}}\nspec: {containers: [{name: c, image: "orrery.local/busybox:1", command: [sleep, "3600"]}]}\n',
    ].join('---\n'),
  );
  await lab.orrery('apply', '-f', manifest);
  await lab.orrery('wait', 'pod', 'bench-target', '--for=condition=Ready');
  return (await lab.orrery('create', 'token', 'bench', '-n', 'bench')).trim();
}

const createScript = (token: string): string => `
local thread_count = 0
function setup(thread) thread:set("id", thread_count); thread_count = thread_count + 1 end
function init(args) n = 0; stamp = os.time() end
wrk.method = "POST"
wrk.headers["Authorization"] = "Bearer ${token}"
wrk.headers["Content-Type"] = "application/json"
local data = string.rep("x", 900)
function request()
  n = n + 1
  local name = "c" .. stamp .. "-" .. id .. "-" .. n
  return wrk.format(nil, "/api/v1/namespaces/bench/configmaps", nil, '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"' .. name .. '"},"data":{"d":"' .. data .. '"}}')
end`;

async function podBytes(lab: Lab, pod: string): Promise<string> {
  const { stdout } = await lab.run(process.execPath, [
    join(root, 'dist/cli/main.js'),
    'get',
    '--raw',
    `/api/v1/namespaces/default/pods/${pod}`,
  ]);
  const file = join(lab.dataDir, 'bench', 'pod.json');
  writeFileSync(file, stdout);
  return file;
}

async function startBare(lab: Lab, body: string): Promise<{ kill(): void }> {
  const { pki } = layoutOf(lab.dataDir);
  const child = spawn(
    'nsenter',
    [`--net=${lab.netns}`, process.execPath, join(root, 'dist/bench/bare.js'), pki, body],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await new Promise<void>(resolve => child.stdout.once('data', () => resolve()));
  return { kill: () => void child.kill() };
}

/** Requests a second; a run with answers that are no success does not count. */
async function wrk(lab: Lab, args: readonly string[]): Promise<number> {
  const { stdout } = await lab.run('wrk', ['-t1', `-d${seconds}s`, ...args]);
  const failures = /Non-2xx or 3xx responses: (\d+)/.exec(stdout);
  if (failures) throw new Error(`wrk ${args.at(-1)}: ${failures[1]} requests failed\n${stdout}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
}
