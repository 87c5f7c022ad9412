/** A request that is answered with a status code and one sentence of plain text, as Kubernetes' kubelet does. */
export class Refusal extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}
