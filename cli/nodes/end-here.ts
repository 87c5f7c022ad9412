/** Ends what a node runs in the network namespace of this process: its pods, containerd, network and service rules. */
import { rmSync } from 'node:fs';
import { pino } from 'pino';
import { systemClock } from '../../api/clock.js';
import { type Layout, layoutOf } from '../cluster/layout.js';
import { asRoot } from '../cluster/root.js';
import { Failure } from '../failure.js';
import { isMember, readMember } from './member.js';

/** Its data stays; its kubelet must have ended. Safe to say again. */
export async function endNodeHere(dataDir: string): Promise<void> {
  asRoot('end a node');
  const layout = layoutOf(dataDir);
  if (!isMember(layout)) throw new Failure(`there is no node in ${dataDir}.`);
  const [{ resetNode }, { cleanup }] = await Promise.all([
    import('../../kubelet/main.js'),
    import('../../proxy/main.js'),
  ]);
  const cgroupParent = cgroupOf(layout);
  await resetNode({
    dataDir: layout.node,
    ...(cgroupParent === undefined ? {} : { cgroupParent }),
    removeData: false,
    log: pino({ level: 'silent' }),
    clock: systemClock,
  });
  await cleanup();
  rmSync(layout.run, { recursive: true, force: true });
}

/** A node can be ended, and so removed, also when what is kept of it is damaged: then empty cgroups may stay. */
function cgroupOf(layout: Layout): string | undefined {
  try {
    return readMember(layout)?.cgroupParent;
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
