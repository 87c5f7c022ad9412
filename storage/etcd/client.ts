/** The connection: etcd3's client, with what it lacks for our purposes. */
import type { CallOptions, ClientDuplexStream, Metadata } from '@grpc/grpc-js';
import { Etcd3, type IOptions, type IWatchRequest, type IWatchResponse } from 'etcd3';
import type { Clock } from '../../api/clock.js';
import { mayHaveBeenSent, wasNotSent } from './errors.js';
import { HostGuard } from './host-guard.js';

/** In PEM. */
export interface EtcdCredentials {
  /** Signs the members. */
  rootCertificate: Buffer;
  /** Of a client certificate; both or neither. */
  privateKey?: Buffer;
  certChain?: Buffer;
}

const CALL_MS = 10_000;

export type WatchDuplex = ClientDuplexStream<IWatchRequest, IWatchResponse>;

interface WatchService {
  watch(metadata: Metadata, options: CallOptions): WatchDuplex;
}

/**
 * Runs a call once. etcd3 would repeat what failed three times, writes included: a transaction that was carried out,
 * but whose answer was lost, would come back as a lost precondition.
 */
const once = { execute: (call: (context: object) => unknown) => Promise.resolve({}).then(call) };

/** All that etcd3 uses of cockatiel's policies is their `execute`. */
type Policies = NonNullable<IOptions['faultHandling']>;
type GlobalPolicy = NonNullable<Policies['global']>;

export class EtcdClient extends Etcd3 {
  constructor(
    private readonly endpoints: readonly string[],
    clock: Clock,
    credentials?: EtcdCredentials,
  ) {
    super({
      hosts: endpoints.map(endpoint => (credentials ? `https://${endpoint}` : endpoint)),
      ...(credentials && { credentials }),
      grpcOptions: {
        // A page of large objects is more than the 4 MB that gRPC takes by default.
        'grpc.max_receive_message_length': -1,
        // A channel that is made anew connects at once, rather than wait because another one has failed just now.
        'grpc.use_local_subchannel_pool': 1,
        // A peer that vanished without a word is noticed. etcd takes a ping each 5 s for an attack.
        'grpc.keepalive_time_ms': 10_000,
        'grpc.keepalive_timeout_ms': 5_000,
      },
      defaultCallOptions: context => (context.isStream ? {} : { deadline: Date.now() + CALL_MS }),
      faultHandling: {
        global: once as unknown as GlobalPolicy,
        // An only host is asked each time; of several, one that is down is left alone for a moment.
        host: host => (endpoints.length === 1 ? once : new HostGuard(host, clock)) as unknown as GlobalPolicy,
      },
    });
  }

  /** A call that changes nothing: another host may be asked when one does not answer. */
  read<T>(call: () => Promise<T>): Promise<T> {
    return this.#repeat(call, error => wasNotSent(error) || mayHaveBeenSent(error));
  }

  /** A call that changes something: it is made again only when it never left this process. */
  write<T>(call: () => Promise<T>): Promise<T> {
    return this.#repeat(call, wasNotSent);
  }

  /**
   * A stream of watch responses. It is asked of a member that has a leader, and ended when the member loses it: a
   * member that is cut off from the others would keep silent.
   */
  watchStream(options: CallOptions = {}): Promise<WatchDuplex> {
    return this.pool.withConnection('Watch', ({ client, metadata }) => {
      const withLeader = metadata.clone();
      withLeader.set('hasleader', 'true');
      return (client as unknown as WatchService).watch(withLeader, options);
    });
  }

  async #repeat<T>(call: () => Promise<T>, mayRepeat: (error: unknown) => boolean): Promise<T> {
    for (let left = this.endpoints.length; ; left--) {
      try {
        return await call();
      } catch (error) {
        if (left === 0 || !mayRepeat(error)) throw error;
      }
    }
  }
}
