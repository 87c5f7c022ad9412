/** A store on an etcd cluster. */
import { type Clock, systemClock } from '../../api/clock.js';
import { DEFAULT_MAX_BEHIND } from '../engine/watchers.js';
import type { Store } from '../store.js';
import { EtcdClient, type EtcdCredentials } from './client.js';
import { EtcdStore } from './store.js';

export interface EtcdOptions {
  /** 'host:port' of each member. */
  endpoints: string[];
  /** Put before every key, for an etcd that is shared with others. */
  prefix?: string;
  /** For TLS. */
  credentials?: EtcdCredentials;
  clock?: Clock;
  maxBehind?: number;
}

/** Throws Unavailable when no member answers. */
export async function openEtcdStore(options: EtcdOptions): Promise<Store> {
  const { endpoints, prefix = '', clock = systemClock, maxBehind = DEFAULT_MAX_BEHIND } = options;
  const store = new EtcdStore(new EtcdClient(endpoints, clock, options.credentials), {
    endpoints,
    prefix,
    clock,
    maxBehind,
  });
  try {
    await store.revision();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}
