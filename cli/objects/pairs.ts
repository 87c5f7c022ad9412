/** 'a=b,c=d' as a map. Pure. */
import { Failure } from '../failure.js';

export function pairsOf(text: string): Record<string, string> {
  const pairs = text.split(',').map(pair => {
    const equals = pair.indexOf('=');
    if (equals <= 0) throw new Failure(`unexpected label or annotation: "${pair}": key=value is expected`);
    return [pair.slice(0, equals), pair.slice(equals + 1)] as const;
  });
  return Object.fromEntries(pairs);
}
