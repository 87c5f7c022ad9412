/**
 * kubectl's way with flags, for commander: global flags before the verb as well as after it, `-o=yaml`, `--watch=true`,
 * and a bare `--dry-run` that does not take the next word for its value. Pure: words in, words out.
 */
import { Command, type Option } from 'commander';
import { addGlobalFlags } from './flags.js';

/** `words` as commander should have them: the verb first, its flags after it, each value where it belongs. */
export function kubectlArguments(words: readonly string[], program: Command): string[] {
  const globals = addGlobalFlags(new Command()).options;
  const path: string[] = [];
  const early: string[] = [];
  let command = program;
  let at = 0;
  for (let word = words[at]; word !== undefined && word !== '--'; word = words[at]) {
    const next = isFlag(word) ? undefined : subcommand(command, word);
    if (next) {
      command = next;
      path.push(word);
    } else if (isFlag(word)) {
      early.push(word);
      if (takesNext(word, optionFor(word, [...command.options, ...globals]))) early.push(words[++at] ?? '');
    } else break;
    at += 1;
  }
  if (path.length === 0) return [...words];
  return [...path, ...spelledOut([...early, ...words.slice(at)], command.options)];
}

const isFlag = (word: string): boolean => word.startsWith('-') && word !== '-';

const subcommand = (command: Command, word: string): Command | undefined =>
  command.commands.find(candidate => candidate.name() === word || candidate.aliases().includes(word));

const nameOf = (word: string): string => word.split('=', 1)[0] ?? word;

const optionFor = (word: string, options: readonly Option[]): Option | undefined =>
  options.find(option => option.short === nameOf(word) || option.long === nameOf(word));

/** Whether the flag's value is the word after it. */
const takesNext = (word: string, option: Option | undefined): boolean =>
  option?.required === true && !word.includes('=');

const yes = /^(1|t|true)$/i;
const no = /^(0|f|false)$/i;

/** Each word up to a '--' in the form that commander knows. */
function spelledOut(words: readonly string[], options: readonly Option[]): string[] {
  const result: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] as string;
    if (word === '--') return [...result, ...words.slice(at)];
    const option = isFlag(word) ? optionFor(word, options) : undefined;
    if (!option) result.push(word);
    else if (takesNext(word, option)) result.push(word, ...words.slice(++at, at + 1));
    else result.push(...withValue(word, option));
  }
  return result;
}

function withValue(word: string, option: Option): string[] {
  const name = nameOf(word);
  const value = word.includes('=') ? word.slice(name.length + 1) : undefined;
  if (option.required) return [name, value ?? ''];
  if (option.optional) return [`${option.long ?? name}=${value ?? option.presetArg ?? 'true'}`];
  if (value === undefined || yes.test(value)) return [name];
  return no.test(value) ? [] : [word];
}
