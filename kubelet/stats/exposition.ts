/** Figures that the kernel has counted, in the text format of Prometheus. Pure. */
import { Gauge, Registry } from 'prom-client';

export type Labels = Record<string, string>;
export type Sample = [labels: Labels, value: number | undefined];
/** By the name of the metric: what a reader of the text is told of it. */
export type Described = Readonly<Record<string, readonly [type: 'counter' | 'gauge', help: string]>>;

/** What is not known is left out. */
export async function exposition(
  described: Described,
  figures: readonly (readonly [name: string, Sample[]])[],
): Promise<string> {
  const registry = new Registry();
  for (const [name, samples] of figures) {
    const [, help = ''] = described[name] ?? [];
    const labelNames = Object.keys(samples[0]?.[0] ?? {});
    const gauge = new Gauge({ name, help, labelNames, registers: [registry] });
    for (const [labels, value] of samples) if (value !== undefined) gauge.set(labels, value);
  }
  const text = await registry.metrics();
  // The library's own counters can only be counted up.
  return text.replace(/^# TYPE (\S+) gauge$/gm, (_, name: string) => `# TYPE ${name} ${described[name]?.[0]}`);
}
