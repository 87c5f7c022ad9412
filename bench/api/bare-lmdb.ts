/** A bare durable lmdb write of 1 KB by 1, 16 and 64 writers: what the disk allows. Argument: a folder. Prints JSON. */
import { join } from 'node:path';
import { open } from 'lmdb';

const [folder = ''] = process.argv.slice(2);
const value = Buffer.alloc(1024, 'x');
const milliseconds = 1000;
const database = open<Buffer, number>({ path: join(folder, 'bare-lmdb'), overlappingSync: false, encoding: 'binary' });
let key = 0;

/** Writes a second, each awaited until it is durable. */
async function rate(writers: number): Promise<number> {
  const began = performance.now();
  let written = 0;
  const write = async (): Promise<void> => {
    while (performance.now() - began < milliseconds) {
      await database.put(++key, value);
      written++;
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  return (1000 * written) / (performance.now() - began);
}

const rates: number[] = [];
for (const writers of [1, 16, 64]) rates.push(await rate(writers));
await database.close();
console.log(JSON.stringify(rates));
