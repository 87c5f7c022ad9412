/** Something that the user can mend: printed as one sentence, without a stack, and the CLI exits with its code. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly exitCode = 1,
  ) {
    super(message);
    this.name = 'Failure';
  }
}
