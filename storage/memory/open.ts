/** A store that lasts as long as its process: for tests, labs and clusters that may be forgotten. */
import { type EngineOptions, JournaledStore } from '../engine/journaled-store.js';
import type { Store } from '../store.js';
import { MemoryJournal } from './journal.js';

export const openMemoryStore = (options: EngineOptions = {}): Store =>
  new JournaledStore(new MemoryJournal(), 'the memory store', options);
