/** protobufjs, loaded with the first client that speaks protobuf: many servers never see one. */
import type { Reader, Writer } from 'protobufjs/minimal.js';

export interface Protobuf {
  read(bytes: Uint8Array): Reader;
  write(): Writer;
}

let library: Protobuf | undefined;

/** At once when it is there. */
export function protobufLibrary(): Protobuf | Promise<Protobuf> {
  return library ?? load();
}

/** The library for whoever knows that somebody has loaded it. */
export function loadedProtobuf(): Protobuf {
  if (!library) throw new Error('protobuf is spoken before its library was loaded');
  return library;
}

async function load(): Promise<Protobuf> {
  const { default: protobuf } = await import('protobufjs/minimal.js');
  library ??= { read: protobuf.Reader.create, write: protobuf.Writer.create };
  return library;
}

export const protobufType = 'application/vnd.kubernetes.protobuf';
