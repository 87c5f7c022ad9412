/**
 * Messages in expressions of mutating policies: `JSONPatch{op: "add", ...}` and `Object{metadata: Object.metadata{...}}`.
 * The library behind api/cel has maps and no messages, so that each is written as the map that it stands for:
 * `{"op": "add", ...}`.
 */
const messageName = /(?<![\w.])(?:JSONPatch|Object(?:\s*\.\s*[A-Za-z_]\w*)*)\s*$/;
const word = /[A-Za-z_]\w*/y;
const string = /[rRbB]{0,2}(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')/y;
const openers = '([{';
const closers = ')]}';

const matchAt = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
};

export function mapsOf(source: string): string {
  let written = '';
  /** For each open bracket: is it a message's? */
  const open: boolean[] = [];
  let fieldNext = false;
  for (let at = 0; at < source.length; ) {
    const char = source[at] as string;
    const text = matchAt(string, source, at);
    const name = text === undefined ? matchAt(word, source, at) : undefined;
    if (text !== undefined || name !== undefined) {
      written += name !== undefined && fieldNext ? JSON.stringify(name) : (text ?? name);
      fieldNext = false;
      at += (text ?? name ?? '').length;
      continue;
    }
    if (openers.includes(char)) {
      const message = char === '{' ? messageName.exec(written) : null;
      if (message) written = written.slice(0, message.index);
      open.push(message !== null);
      fieldNext = message !== null;
    } else if (closers.includes(char)) {
      open.pop();
      fieldNext = false;
    } else if (char === ',') fieldNext = open.at(-1) === true;
    written += char;
    at++;
  }
  return written;
}
