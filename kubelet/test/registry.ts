/** A registry of images: Debian's docker-registry, in the network of this process. For tests. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { containerdPaths } from '../containerd/start.js';
import { architecture } from '../images/import.js';
import { buildImage, type ImageRecipe } from '../images/oci.js';
import { eventually, type TestNode } from './node.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
/** Unpacked by tools/test.sh: below the build, from which the tests run or beside which they stand. */
const places = [join(root, 'docker-registry-debian'), join(root, 'dist/docker-registry-debian'), '/'];

/** Undefined where the package is not there. */
export const registryProgram = (): string | undefined =>
  places.map(place => join(place, 'usr/bin/docker-registry')).find(existsSync);

export const user = { name: 'gate', password: 'open sesame' };
/** Of that password, by bcrypt: the registry knows no other way. */
const hash = '$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW';

export class Registry {
  readonly #dir = mkdtempSync(join(tmpdir(), 'okubelet-registry-'));
  #process: ChildProcess | undefined;

  private constructor(
    readonly host: string,
    private readonly isLocked: boolean,
  ) {}

  /** `isLocked`: it asks for the user's password. */
  static async start(program: string, port: number, isLocked: boolean): Promise<Registry> {
    const registry = new Registry(`127.0.0.1:${port}`, isLocked);
    registry.#launch(program);
    await eventually(
      'the registry answers',
      () => registry.status(),
      code => code !== 0,
    );
    return registry;
  }

  #launch(program: string): void {
    const file = (name: string): string => join(this.#dir, name);
    writeFileSync(file('htpasswd'), `${user.name}:${hash}\n`);
    const auth = this.isLocked ? { htpasswd: { realm: 'test', path: file('htpasswd') } } : {};
    const storage = { filesystem: { rootdirectory: file('store') } };
    const config = { version: '0.1', log: { level: 'error' }, storage, http: { addr: this.host }, auth };
    writeFileSync(file('config.yml'), JSON.stringify(config));
    this.#process = spawn(program, ['serve', file('config.yml')], { stdio: 'ignore' });
  }

  /** 0 where nobody answers. */
  status = (): Promise<number> =>
    fetch(`http://${this.host}/v2/`).then(
      answer => answer.status,
      () => 0,
    );

  /** A busybox that has its name in a variable, so that each is another image. Answers the digest of its manifest. */
  push(node: TestNode, repository: string, content: string): string {
    return this.pushImage(node, busyboxNamed(`${this.host}/${repository}`, content));
  }

  pushImage(node: TestNode, recipe: ImageRecipe): string {
    const { name } = recipe;
    importImage(node, recipe);
    ctr(node, 'images', 'push', '--plain-http', '--user', `${user.name}:${user.password}`, name);
    const line = ctr(node, 'images', 'ls', `name==${name}`).split('\n')[1] ?? '';
    ctr(node, 'images', 'rm', '--sync', name);
    return /sha256:[0-9a-f]{64}/.exec(line)?.[0] ?? '';
  }

  async stop(): Promise<void> {
    const ended = new Promise(resolve => this.#process?.once('exit', resolve));
    this.#process?.kill();
    await ended;
    rmSync(this.#dir, { recursive: true });
  }
}

export const ctr = (node: TestNode, ...args: string[]): string => {
  const { socket } = containerdPaths(node.dataDir);
  return execFileSync('ctr', ['--address', socket, '--namespace', 'k8s.io', ...args]).toString();
};

/** A busybox under another name, with NAME set to its content. */
export const importBusybox = (node: TestNode, name: string, content = name): void =>
  importImage(node, busyboxNamed(name, content));

function busyboxNamed(name: string, content: string): ImageRecipe {
  const applets = ['sh', 'sleep', 'cat', 'env', 'touch'];
  return {
    name,
    architecture: architecture(),
    files: [
      { path: 'bin', type: 'directory', mode: 0o755 },
      { path: 'bin/busybox', type: 'file', mode: 0o755, content: readFileSync('/bin/busybox') },
      ...applets.map(applet => ({ path: `bin/${applet}`, type: 'symlink' as const, target: 'busybox' })),
      { path: 'content', type: 'file', mode: 0o644, content: Buffer.from(content) },
    ],
    config: { Env: ['PATH=/bin', `NAME=${content}`] },
  };
}

/** As `docker save` and `ctr images import` bring one. */
function importImage(node: TestNode, recipe: ImageRecipe): void {
  const { archive } = buildImage(recipe);
  const file = join(node.dataDir, 'imported.tar');
  writeFileSync(file, archive);
  ctr(node, 'images', 'import', file);
  rmSync(file);
}
