/**
 * Files of variables that an init container leaves for those after it (fileKeyRef). What they may say is a part of what
 * a shell reads: NAME='VALUE' on lines of their own, and comments. A value is in single quotes, may have several lines,
 * and is taken as it stands. Whatever else a shell would understand (values without quotes or in double ones, escapes,
 * `export`, spaces around '=') is refused, so that no file means one thing here and another elsewhere. Pure.
 */

/** The last of a name counts, as in a shell. Throws an Error with the number of the line that is wrong. */
export function parseEnvFile(text: string): Map<string, string> {
  const found = new Map<string, string>();
  if (text.includes('\0')) throw new Error('it has a zero byte, which no variable can hold');
  let at = 0;
  while (at < text.length) {
    const blank = matchAt(blankOrComment, text, at);
    if (blank) {
      at += blank[0].length;
      continue;
    }
    const variable = matchAt(declaration, text, at);
    if (!variable) throw new Error(`line ${lineAt(text, at)} ${whatIsWrong(text, at)}`);
    const [whole, name = '', value = ''] = variable;
    found.set(name, value);
    at += whole.length;
  }
  return found;
}

const blankOrComment = /[ \t]*(?:#[^\n]*)?(?:\n|$)/y;
const opening = /[ \t]*([!-<>-~]+)='/y;
const declaration = /[ \t]*([!-<>-~]+)='([^']*)'[ \t]*(?:\n|$)/y;

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length;

function whatIsWrong(text: string, at: number): string {
  const begun = matchAt(opening, text, at);
  if (!begun) return "is not of the form NAME='VALUE'";
  const isClosed = text.indexOf("'", at + begun[0].length) !== -1;
  return isClosed
    ? 'begins a value that more follows than its closing quote'
    : 'begins a value whose quote is not closed';
}
