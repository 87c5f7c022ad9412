/** Keeps the processes' logs from filling the disk: looked at every ten minutes, and begun anew when they are large. */
import { copyFileSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { ScheduledTask } from 'node-cron';

const maxBytes = 64 << 20;

/** What is there becomes FILE.1, and the file is empty again: whoever appends to it goes on doing so. True when it was time. */
export function rotate(file: string, most = maxBytes): boolean {
  if (statSync(file).size < most) return false;
  copyFileSync(file, `${file}.1`);
  truncateSync(file);
  return true;
}

/** All logs of the folder; one process does it for all. */
export async function keepLogsSmall(folder: string): Promise<ScheduledTask> {
  const { schedule } = await import('node-cron');
  return schedule('*/10 * * * *', () => {
    for (const name of readdirSync(folder)) if (name.endsWith('.log')) rotate(join(folder, name));
  });
}
