/**
 * An address that is only this node's: packets to it go nowhere else, so it may be the same on each node, and nobody outside
 * is answered. On the loopback device, for not every kernel has dummy ones; of the host's scope, lest a packet that leaves
 * the machine takes it for its source.
 */
import { run } from '../apply/command.js';

/** Link-local, and none of those that clouds answer at. */
export const ownAddress = '169.254.96.10';

const inNamespace = (verb: string): Promise<string> =>
  run('ip', ['address', verb, `${ownAddress}/32`, 'dev', 'lo', ...(verb === 'replace' ? ['scope', 'host'] : [])]);

/** Throws CommandFailed. */
export const ensureOwnAddress = async (): Promise<void> => void (await inNamespace('replace'));

/** What is not there is not missed. */
export const removeOwnAddress = async (): Promise<void> => void (await inNamespace('delete').catch(() => ''));
