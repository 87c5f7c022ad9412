/** An OCI image layout in a tar, as `ctr images import` reads it: layers, one config, one manifest, one index. */
import { createHash } from 'node:crypto';
import { type TarEntry, tar } from './tar.js';

export interface ImageRecipe {
  /** 'orrery.local/pause:1' */
  name: string;
  /** Go's name of the architecture: 'amd64', 'arm64'. */
  architecture: string;
  files: readonly TarEntry[];
  /** Layers on top of that. */
  above?: readonly (readonly TarEntry[])[];
  config: { Entrypoint?: string[]; Cmd?: string[]; Env?: string[]; WorkingDir?: string };
}

export interface BuiltImage {
  name: string;
  /** The digest of the config: what the runtime calls the image's id. */
  id: string;
  archive: Buffer;
}

const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
};

interface Blob {
  descriptor: { mediaType: string; digest: string; size: number };
  bytes: Buffer;
}

function blob(mediaType: string, content: Buffer | object): Blob {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { descriptor: { mediaType, digest, size: bytes.length }, bytes };
}

export function buildImage(recipe: ImageRecipe): BuiltImage {
  const layers = [recipe.files, ...(recipe.above ?? [])].map(files => blob(mediaTypes.layer, tar(files)));
  const config = blob(mediaTypes.config, {
    architecture: recipe.architecture,
    os: 'linux',
    config: recipe.config,
    rootfs: { type: 'layers', diff_ids: layers.map(layer => layer.descriptor.digest) },
    history: layers.map(() => ({ created_by: 'orrery' })),
  });
  const manifest = blob(mediaTypes.manifest, {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: config.descriptor,
    layers: layers.map(layer => layer.descriptor),
  });
  const index = {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: [{ ...manifest.descriptor, annotations: { 'io.containerd.image.name': recipe.name } }],
  };
  const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));
  const file = (path: string, content: Buffer): TarEntry => ({ path, type: 'file', mode: 0o644, content });
  const archive = tar([
    file('oci-layout', json({ imageLayoutVersion: '1.0.0' })),
    file('index.json', json(index)),
    ...[...layers, config, manifest].map(b => file(`blobs/${b.descriptor.digest.replace(':', '/')}`, b.bytes)),
  ]);
  return { name: recipe.name, id: config.descriptor.digest, archive };
}
