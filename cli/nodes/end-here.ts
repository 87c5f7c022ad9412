/** Ends what a node runs in the network namespace of this process: its pods, containerd, network and service rules. */
import { rmSync } from 'node:fs';
import { pino } from 'pino';
import { systemClock } from '../../api/clock.js';
import { layoutOf } from '../cluster/layout.js';
import { asRoot } from '../cluster/root.js';
import { Failure } from '../failure.js';
import { readMember } from './member.js';

/** Its data stays; its kubelet must have ended. Safe to say again. */
export async function endNodeHere(dataDir: string): Promise<void> {
  asRoot('end a node');
  const layout = layoutOf(dataDir);
  const config = readMember(layout);
  if (!config) throw new Failure(`there is no node in ${dataDir}.`);
  const [{ resetNode }, { cleanup }] = await Promise.all([
    import('../../kubelet/main.js'),
    import('../../proxy/main.js'),
  ]);
  const { cgroupParent } = config;
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
