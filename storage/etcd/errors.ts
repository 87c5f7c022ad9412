/** etcd's errors, as far as a caller decides upon them. etcd says them in words, over a few gRPC codes. */
import { EtcdLeaseInvalidError, GRPCUnavailableError } from 'etcd3';
import { Unavailable } from '../store.js';
import { HostLeftAlone } from './host-guard.js';

const says = (error: unknown, words: string): boolean => error instanceof Error && error.message.includes(words);

export const isCompacted = (error: unknown): boolean => says(error, 'required revision has been compacted');
export const isFuture = (error: unknown): boolean => says(error, 'required revision is a future revision');
export const isLeaseGone = (error: unknown): boolean => error instanceof EtcdLeaseInvalidError;

/** The request never left this process: no connection, or a host that is known to be down. Any request may be repeated. */
export const wasNotSent = (error: unknown): boolean =>
  says(error, 'No connection established') || error instanceof HostLeftAlone;

/** A request that may have reached etcd; only one that changes nothing may be repeated. */
export const mayHaveBeenSent = (error: unknown): boolean => error instanceof GRPCUnavailableError;

/** What everything else becomes, with the hosts and the mend. */
export function unavailable(error: unknown, endpoints: readonly string[]): Unavailable {
  if (error instanceof Unavailable) return error;
  const hosts = endpoints.join(', ');
  const why = error instanceof Error ? error.message : String(error);
  const message = says(error, 'etcdserver:')
    ? `etcd at ${hosts} refused: ${why}`
    : `etcd at ${hosts} does not answer (${why}): check that it runs, and that the datastore names it`;
  return new Unavailable(message, { cause: error });
}
