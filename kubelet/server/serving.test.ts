import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecureContextOptions } from 'node:tls';
import { silentLog } from '../../client/testing/log.js';
import { followServing } from './serving.js';

describe("the kubelet's serving certificate", () => {
  it('is exchanged when its file is, and not before both halves fit', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'orrery-serving-'));
    const write = (text: string, seconds: number): void => {
      for (const name of ['kubelet.crt', 'kubelet.key', 'ca.crt']) {
        writeFileSync(join(folder, name), text);
        utimesSync(join(folder, name), seconds, seconds);
      }
    };
    const used: string[] = [];
    let fits = true;
    const server = {
      setSecureContext({ cert }: SecureContextOptions) {
        if (!fits) throw new Error('key values mismatch');
        used.push(String(cert));
      },
    };
    write('one', 1_000);
    const end = followServing(server, folder, silentLog, 5);
    try {
      fits = false;
      write('two', 2_000);
      await new Promise(resolve => setTimeout(resolve, 50));
      assert.deepEqual(used, []);
      fits = true;
      while (used.length === 0) await new Promise(resolve => setTimeout(resolve, 5));
      assert.deepEqual(used, ['two']);
    } finally {
      end();
      rmSync(folder, { recursive: true });
    }
  });
});
