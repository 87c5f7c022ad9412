/** The store as a list of events, as slow and as plain as can be: what the real ones are compared with. */
export interface ModelEvent {
  revision: number;
  key: string;
  /** Absent is a deletion. */
  value?: string;
}

export interface ModelEntry {
  key: string;
  value: string;
  revision: number;
  createRevision: number;
}

export type Answer<T> = { is: 'answer'; value: T } | { is: 'compacted' } | { is: 'future' };

export class Model {
  readonly events: ModelEvent[] = [];

  /** `revision` and `compacted` of the store at the time when the comparison starts. */
  constructor(
    public revision: number,
    public compacted: number,
  ) {}

  write(key: string, value?: string): number {
    this.revision++;
    this.events.push({ revision: this.revision, key, ...(value !== undefined && { value }) });
    return this.revision;
  }

  get(key: string, at = this.revision): ModelEntry | undefined {
    let entry: ModelEntry | undefined;
    for (const event of this.events) {
      if (event.key !== key || event.revision > at) continue;
      const { revision, value } = event;
      entry =
        value === undefined ? undefined : { key, value, revision, createRevision: entry?.createRevision ?? revision };
    }
    return entry;
  }

  list(prefix: string, at: number, limit: number, after: string): Answer<{ entries: ModelEntry[]; more: boolean }> {
    if (at < this.compacted) return { is: 'compacted' };
    if (at > this.revision) return { is: 'future' };
    const keys = [...new Set(this.events.map(e => e.key))].filter(k => k.startsWith(prefix) && k > after).sort();
    const entries = keys.map(k => this.get(k, at)).filter(e => e !== undefined);
    const shown = limit === 0 ? entries : entries.slice(0, limit);
    return { is: 'answer', value: { entries: shown, more: entries.length > shown.length } };
  }

  watch(prefix: string, from: number): Answer<ModelEvent[]> {
    if (from < this.compacted) return { is: 'compacted' };
    return { is: 'answer', value: this.events.filter(e => e.revision >= from && e.key.startsWith(prefix)) };
  }

  compact(revision: number): Answer<void> {
    if (revision <= this.compacted) return { is: 'compacted' };
    if (revision > this.revision) return { is: 'future' };
    this.compacted = revision;
    return { is: 'answer', value: undefined };
  }
}
