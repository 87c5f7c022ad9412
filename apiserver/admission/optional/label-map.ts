/** 'env=test,zone=a' */
export type LabelMap = ReadonlyMap<string, string>;

/** Undefined for what is no such list. */
export function labelMapOf(text: string): LabelMap | undefined {
  const map = new Map<string, string>();
  if (text.trim() === '') return map;
  for (const pair of text.split(',')) {
    const [key = '', value, ...more] = pair.split('=').map(part => part.trim());
    if (key === '' || value === undefined || more.length > 0) return undefined;
    map.set(key, value);
  }
  return map;
}
