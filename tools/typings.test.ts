import assert from 'node:assert/strict';
import { readTypings } from './typings.js';

const source = `/** A header of the file. */
import { V1Other } from './V1Other.js';
/**
* What it \\"is\\" for.
*/
export declare class V1Thing {
    /**
    * The node\\'s name.
    * On two lines.
    */
    'name': string;
    'other'?: V1Other;
    /** Where to go on. */
    '_continue'?: string;
    static readonly discriminator: string | undefined;
}
`;

describe("a model's typings", () => {
  it('say what is required, and what each field is for', () => {
    assert.deepEqual(readTypings(source), {
      description: 'What it "is" for.',
      fields: { name: "The node's name.\nOn two lines.", continue: 'Where to go on.' },
      required: ['name'],
    });
  });
});
