/** The processes that hold sandboxes, and with them their networks. Each is asked for once. */
import type { Cri } from '../cri/cri.js';

/** Sandboxes come and go with pods: beyond these, asking again is cheap. */
const most = 500;

export class SandboxPids {
  readonly #pids = new Map<string, number>();

  constructor(private readonly cri: Cri) {}

  /** Undefined when it has gone meanwhile. */
  async of(sandbox: string): Promise<number | undefined> {
    const known = this.#pids.get(sandbox);
    if (known !== undefined) return known;
    const { info } = await this.cri.podSandboxInfo(sandbox).catch(() => ({ info: undefined }));
    const pid = Number(JSON.parse(info ?? '{}').pid ?? 0);
    if (!pid) return undefined;
    if (this.#pids.size >= most) this.#pids.clear();
    this.#pids.set(sandbox, pid);
    return pid;
  }
}
