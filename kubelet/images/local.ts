/**
 * The two images that need no registry, made from the system's static busybox: an idle pause for sandboxes, and a
 * busybox with its applets (sh, httpd, nc, wget, ...) for samples, labs and tests.
 */
import { type BuiltImage, buildImage } from './oci.js';
import type { TarEntry } from './tar.js';

export const pauseImage = 'orrery.local/pause:1';
export const busyboxImage = 'orrery.local/busybox:1';

export const localImages = [pauseImage, busyboxImage];

/** Images of this registry exist only here: there is nowhere to pull them from. */
export const isLocalImage = (name: string): boolean => name.startsWith('orrery.local/');

export interface BusyboxSource {
  /** The static program itself. */
  program: Uint8Array;
  /** What `busybox --list` prints. */
  applets: readonly string[];
  /** Go's name of the architecture. */
  architecture: string;
}

export const buildImages = (source: BusyboxSource): BuiltImage[] => [pause(source), busybox(source)];

const directory = (path: string, mode = 0o755): TarEntry => ({ path, type: 'directory', mode });
const link = (path: string, target: string): TarEntry => ({ path, type: 'symlink', target });
const textFile = (path: string, content: string, mode = 0o644): TarEntry => ({
  path,
  type: 'file',
  mode,
  content: Buffer.from(content),
});

/** Waits for ever, ends at once when told to, and reaps what a shared process namespace leaves to it. */
const pauseScript = `trap 'kill $! 2>/dev/null; exit 0' TERM INT
while :; do sleep 2147483647 & wait $!; done
`;

function pause({ program, architecture }: BusyboxSource): BuiltImage {
  return buildImage({
    name: pauseImage,
    architecture,
    files: [
      directory('bin'),
      { path: 'bin/busybox', type: 'file', mode: 0o755, content: program },
      link('bin/sh', 'busybox'),
      link('bin/sleep', 'busybox'),
      textFile('pause', pauseScript),
    ],
    config: { Entrypoint: ['/bin/sh', '/pause'], Env: ['PATH=/bin'] },
  });
}

function busybox({ program, applets, architecture }: BusyboxSource): BuiltImage {
  const links = applets.filter(name => name !== 'busybox').sort();
  return buildImage({
    name: busyboxImage,
    architecture,
    files: [
      ...['bin', 'dev', 'etc', 'home', 'proc', 'sys', 'usr', 'usr/bin', 'var', 'var/run'].map(path => directory(path)),
      directory('root', 0o700),
      directory('tmp', 0o1777),
      { path: 'bin/busybox', type: 'file', mode: 0o755, content: program },
      ...links.map(name => link(`bin/${name}`, 'busybox')),
      link('usr/bin/env', '/bin/busybox'),
      textFile('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n'),
      textFile('etc/group', 'root:x:0:\nnogroup:x:65534:\n'),
    ],
    config: { Cmd: ['sh'], Env: ['PATH=/bin:/usr/bin'] },
  });
}
