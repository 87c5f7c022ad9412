/** Reading a file of a volume that containers write to: no link in it leads out, and nothing in it makes the kubelet wait. */
import { closeSync, constants, fstatSync, realpathSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { namesInside, openInside } from './subpath.js';

/** Undefined when there is no such file. Throws for what is no regular file of UTF-8, or larger than `mostBytes`. */
export async function readInside(volume: string, path: string, mostBytes: number): Promise<string | undefined> {
  let place: number;
  try {
    const root = realpathSync(volume);
    place = openInside(root, namesInside(root, path), 'throw');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    if (!fstatSync(place).isFile()) throw new Error(`${JSON.stringify(path)} is not a regular file`);
    return decoded(await firstBytes(`/proc/self/fd/${place}`, mostBytes + 1), path, mostBytes);
  } finally {
    closeSync(place);
  }
}

async function firstBytes(path: string, most: number): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const bytes = Buffer.alloc(most);
    let length = 0;
    while (length < most) {
      const { bytesRead } = await file.read(bytes, length, most - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}

function decoded(bytes: Buffer, path: string, mostBytes: number): string {
  if (bytes.length > mostBytes) throw new Error(`${JSON.stringify(path)} is larger than ${mostBytes} bytes`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`${JSON.stringify(path)} is not UTF-8`);
  }
}
