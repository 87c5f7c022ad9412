/** The layout of descriptions: "Key:   value" with values under each other, blocks indented, tables of tabbed rows. */
import { elastic } from '../output/elastic.js';

/** A line, a key with its value (several lines stand under each other), or a heading with a block below it. */
export type Item =
  | string
  | [key: string, value: string | readonly string[]]
  /** `step` is how much further in the block stands; 2 unless said otherwise. */
  | { heading: string; block: readonly Item[]; step?: number };

/** Values and lines may hold tabs: their cells are aligned with those of the lines around them. */
export const layOut = (items: readonly Item[]): string[] => elastic(tabbed(items, 0));

function tabbed(items: readonly Item[], indent: number): string[] {
  const margin = ' '.repeat(indent);
  return items.flatMap(item => {
    if (typeof item === 'string') return [`${margin}${item}`];
    if (!Array.isArray(item)) {
      const { heading, block, step = 2 } = item as Exclude<Item, string | [string, unknown]>;
      return [`${margin}${heading}:`, ...tabbed(block, indent + step)];
    }
    const [key, value] = item as [string, string | readonly string[]];
    const [first = '', ...others] = typeof value === 'string' ? [value] : value;
    return [`${margin}${key}:\t${first}`, ...others.map(line => `\t${line}`)];
  });
}

/** 'a=1', one a line; '<none>' for nothing. */
export const mapLines = (map: Readonly<Record<string, string>> | undefined): string[] => {
  const lines = Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`);
  return lines.length > 0 ? lines : ['<none>'];
};

export const joined = (map: Readonly<Record<string, string>> | undefined): string => mapLines(map).join(',');

export const orNone = (value: string | number | undefined | null): string =>
  value === undefined || value === null || value === '' ? '<none>' : String(value);

/** The item, only where there is something to say. */
export const when = (value: unknown, item: () => Item): Item[] =>
  value === undefined || value === null || value === '' || value === 0 ? [] : [item()];

/** As Go prints times: 'Mon, 02 Jan 2006 15:04:05 +0000'. */
export const longTime = (timestamp: string | undefined): string =>
  timestamp ? new Date(timestamp).toUTCString().replace('GMT', '+0000') : '<unset>';

/** Rows under headings and dashes. */
export const tableLines = (headings: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [headings, headings.map(heading => '-'.repeat(heading.length)), ...rows].map(row => row.join('\t'));
