import assert from 'node:assert/strict';
import { parseEnvFile } from './env-file.js';

describe('a file of variables', () => {
  const cases: [what: string, text: string, expected: Record<string, string>][] = [
    ['may be empty', '', {}],
    ['has a variable on each line', "A='1'\nB='2'\n", { A: '1', B: '2' }],
    ['may end without a new line', "A='1'", { A: '1' }],
    ['may have blank lines, comments and spaces around', "\n  # a 'b\n\t A='1' \t\n#\n \nB='2'", { A: '1', B: '2' }],
    ['may have empty values', "A=''", { A: '' }],
    ['has values as they stand', 'A=\' $B $(C) `d` \\n "e" # f = \'', { A: ' $B $(C) `d` \\n "e" # f = ' }],
    ['may have values of several lines', "A='one\n# two\n  three'\nB='4'", { A: 'one\n# two\n  three', B: '4' }],
    ['may have names that a shell would not', "a.b-c/d'='1'", { "a.b-c/d'": '1' }],
    ['says the last word last', "A='1'\nA='2'", { A: '2' }],
    ['has other letters in values alone', "A='größer 🌍'", { A: 'größer 🌍' }],
  ];
  for (const [what, text, expected] of cases)
    it(what, () => assert.deepEqual(Object.fromEntries(parseEnvFile(text)), expected));

  const notThat = /^line 1 is not of the form NAME='VALUE'$/;
  const more = /^line 1 begins a value that more follows than its closing quote$/;
  const refused: [what: string, text: string, message: RegExp][] = [
    ['a value without quotes', 'A=1', notThat],
    ['a value in double quotes', 'A="1"', notThat],
    ['no value', 'A=', notThat],
    ['no =', 'A', notThat],
    ['no name', "='1'", notThat],
    ['a space before =', "A ='1'", notThat],
    ['a space after =', "A= '1'", notThat],
    ['export', "export A='1'", notThat],
    ['a name with other letters', "größer='1'", notThat],
    ['a quote that stays open', "A='1\nB=2\n", /^line 1 begins a value whose quote is not closed$/],
    ['two on a line', "A='1' B='2'", more],
    ['a quote within', "A='it'\\''s'", more],
    ['a comment behind', "A='1' # one", more],
    ['a carriage return', "A='1'\r\n", more],
    ['a zero byte', "A='\0'", /zero byte/],
    ['what stands further below', "A='1\n2'\n\n# x\nB", /^line 5 is not/],
  ];
  for (const [what, text, message] of refused)
    it(`is refused for ${what}`, () => assert.throws(() => parseEnvFile(text), { message }));
});
