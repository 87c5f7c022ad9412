/** Progress as it happens: a line a step, with the time it took. */

export interface Steps {
  /** Shows the step while it runs and its time when it is done. Steps follow one another; none runs inside another. */
  run<T>(what: string, work: () => Promise<T>): Promise<T>;
  /** On a terminal stands behind the running step, until something else does. Elsewhere nobody sees it. */
  show(what: string): void;
  /** A line of its own. What is said while a step runs belongs to it, and stands under its line. */
  say(line: string): void;
}

/** The part of a terminal or a pipe that is needed. */
export interface Output {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

const redrawMs = 200;
const toLineStart = '\r\x1b[K';
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`.padStart(7);

/** On a terminal the line stands there, with the last that was said, while the step runs; in a pipe it is printed once. */
export function stepsTo(out: Output, now: () => number): Steps {
  let running: { what: string; began: number; said: string[]; shown: string } | undefined;
  const draw = (): void => {
    if (!running || !out.isTTY) return;
    const { what, began, shown } = running;
    const line = `${seconds(now() - began)}  ${what} ... ${shown}`.trimEnd();
    // A line that wraps could not be taken back. A terminal without a size says that it has 0 columns.
    out.write(`${toLineStart}${line.slice(0, (out.columns || 80) - 1)}`);
  };
  return {
    async run(what, work) {
      const step = { what, began: now(), said: [] as string[], shown: '' };
      running = step;
      draw();
      const redrawing = setInterval(draw, redrawMs);
      let outcome = '';
      try {
        return await work();
      } catch (error) {
        outcome = ': failed';
        throw error;
      } finally {
        clearInterval(redrawing);
        running = undefined;
        const line = `${seconds(now() - step.began)}  ${what}${outcome}`;
        out.write(`${out.isTTY ? toLineStart : ''}${[line, ...step.said].join('\n')}\n`);
      }
    },
    show(what) {
      if (!running) return;
      running.shown = what.trim();
      draw();
    },
    say(line) {
      if (!running) return void out.write(`${line}\n`);
      running.said.push(line);
      this.show(line);
    },
  };
}
