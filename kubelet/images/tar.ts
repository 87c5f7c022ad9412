/** A ustar archive from entries, byte for byte the same for the same entries (no times, no owners). */

export type TarEntry =
  | { path: string; type: 'file'; mode: number; content: Uint8Array }
  | { path: string; type: 'directory'; mode: number }
  | { path: string; type: 'symlink'; target: string };

const block = 512;
const typeFlags = { file: '0', symlink: '2', directory: '5' } as const;

/** Throws when a path has more than the 100 bytes that a plain ustar name holds. */
export function tar(entries: readonly TarEntry[]): Buffer {
  const parts: Buffer[] = [];
  for (const entry of entries) {
    const content = entry.type === 'file' ? entry.content : new Uint8Array();
    parts.push(header(entry, content.length), Buffer.from(content), Buffer.alloc(padding(content.length)));
  }
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}

const padding = (size: number): number => (block - (size % block)) % block;

function header(entry: TarEntry, size: number): Buffer {
  const name = entry.type === 'directory' && !entry.path.endsWith('/') ? `${entry.path}/` : entry.path;
  if (Buffer.byteLength(name) > 100) throw new Error(`path too long for the image's archive: ${name}`);
  const out = Buffer.alloc(block);
  const octal = (value: number, offset: number, length: number): void =>
    void out.write(`${value.toString(8).padStart(length - 1, '0')}\0`, offset);
  out.write(name, 0);
  octal(entry.type === 'symlink' ? 0o777 : entry.mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  out.write(' '.repeat(8), 148);
  out.write(typeFlags[entry.type], 156);
  if (entry.type === 'symlink') out.write(entry.target, 157);
  out.write('ustar\x0000', 257);
  const sum = out.reduce((total, byte) => total + byte, 0);
  out.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return out;
}
