import assert from 'node:assert/strict';
import { Command } from 'commander';
import { kubectlArguments } from './arguments.js';
import { addVerbs } from './verbs/index.js';

const program = new Command('orrery');
addVerbs(program);

/** What is typed, and what commander should see. */
const table: [typed: string, seen: string][] = [
  ['get pods -n a', 'get pods -n a'],
  ['-n a get pods', 'get -n a pods'],
  ['--namespace=a --context c get pods', 'get --namespace a --context c pods'],
  ['-n get get pods', 'get -n get pods'],
  ['get -o=yaml pods', 'get -o yaml pods'],
  ['get -n=a pods', 'get -n a pods'],
  ['get --output=jsonpath={.a}=b pods', 'get --output jsonpath={.a}=b pods'],
  ['get --watch=true pods', 'get --watch pods'],
  ['get --watch=false pods', 'get pods'],
  ['get -A=true pods', 'get -A pods'],
  ['get --no-headers=false pods', 'get pods'],
  ['get --watch=perhaps pods', 'get --watch=perhaps pods'],
  ['get -l a=b pods', 'get -l a=b pods'],
  ['delete --wait pod web', 'delete --wait=true pod web'],
  ['delete --wait=false pod web', 'delete --wait=false pod web'],
  ['create --dry-run -f x', 'create --dry-run=client -f x'],
  ['create -n a cm --dry-run x', 'create cm -n a --dry-run=client x'],
  ['-n a create secret generic x', 'create secret generic -n a x'],
  ['exec web -it -- sh -c=x --watch=true', 'exec web -it -- sh -c=x --watch=true'],
  ['label pod web --overwrite a=b get-', 'label pod web --overwrite a=b get-'],
  ['apply -f -', 'apply -f -'],
  ['--help', '--help'],
  ['-n a nonsense x', '-n a nonsense x'],
  ['get --nonsense=1 pods', 'get --nonsense=1 pods'],
];

describe('arguments as kubectl reads them', () => {
  for (const [typed, seen] of table) {
    it(typed, () => assert.equal(kubectlArguments(typed.split(' '), program).join(' '), seen));
  }

  it('leaves a value of several words whole', () => {
    const words = ['-n', 'a', 'patch', 'cm', 'x', '-p', '{"a": "-n=b"}'];
    assert.deepEqual(kubectlArguments(words, program), ['patch', '-n', 'a', 'cm', 'x', '-p', '{"a": "-n=b"}']);
  });
});
