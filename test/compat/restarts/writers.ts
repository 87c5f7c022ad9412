/** Writers of ConfigMaps over HTTP, who know what was acknowledged, and what may have happened besides. */
import type { RawClient } from '../raw-client.js';

const path = '/api/v1/namespaces/default/configmaps';
/** undefined: not there. */
type State = string | undefined;

export class Writers {
  /** What each name may be now: what was acknowledged last, and what was asked for since without an answer. */
  readonly #possible = new Map<string, State[]>();
  #count = 0;
  #acknowledged = 0;
  #awaited = { count: Number.POSITIVE_INFINITY, resolve: (): void => undefined };

  constructor(
    private readonly raw: RawClient,
    private readonly writers = 8,
  ) {}

  /** Resolves when so many more writes have been acknowledged. */
  acknowledged(more: number): Promise<void> {
    return new Promise(resolve => {
      this.#awaited = { count: this.#acknowledged + more, resolve };
    });
  }

  /** Writes until `enough`, or until the server does not answer. Each writer has names of its own. */
  async write(enough: () => boolean): Promise<void> {
    await Promise.all(Array.from({ length: this.writers }, (_, writer) => this.#writer(writer, enough)));
  }

  async #writer(writer: number, enough: () => boolean): Promise<void> {
    for (let turn = 0; !enough(); turn++) {
      const name = `w${writer}-${turn % 5}`;
      const [now] = this.#possible.get(name) ?? [undefined];
      const next: State = now !== undefined && turn % 4 === 3 ? undefined : String(++this.#count);
      this.#possible.set(name, [now, next]);
      if (!(await this.#attempt(name, now, next))) return;
      this.#possible.set(name, [next]);
      if (++this.#acknowledged >= this.#awaited.count) this.#awaited.resolve();
    }
  }

  /** False when there was no answer. Throws when the server refused, which nothing here is a reason for. */
  async #attempt(name: string, now: State, next: State): Promise<boolean> {
    const body = { metadata: { name }, data: { value: next } };
    const asked =
      next === undefined
        ? this.raw.ask(`DELETE ${path}/${name}`)
        : now === undefined
          ? this.raw.ask(`POST ${path}`, body)
          : this.raw.ask(`PUT ${path}/${name}`, body);
    const answer = await asked.catch(() => undefined);
    if (!answer) return false;
    if (answer.code >= 300) throw new Error(`${name}: ${answer.text}`);
    return true;
  }

  /** Compares with what the server has; throws what is lost or was never asked for. Answers the state: name -> value. */
  async check(): Promise<Map<string, string>> {
    const { json } = await this.raw.ask(`GET ${path}`);
    const items = json.items as { metadata: { name: string }; data: { value: string } }[];
    const actual = new Map(items.map(({ metadata, data }) => [metadata.name, data.value]));
    for (const [name, states] of this.#possible) {
      const value = actual.get(name);
      if (!states.includes(value)) throw new Error(`${name} is ${value}, and should be ${states.join(' or ')}`);
      this.#possible.set(name, [value]);
    }
    for (const name of actual.keys()) if (!this.#possible.has(name)) throw new Error(`nobody has asked for ${name}`);
    return actual;
  }

  /** Somebody else wrote. */
  expect(name: string, value: State): void {
    this.#possible.set(name, [value]);
  }
}
