/**
 * Documents that change only with the kinds: made when they are first asked for, kept with their ETag and, once a client
 * takes that, compressed.
 */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Request, Response } from 'express';

/** Smaller ones travel as they are. */
const gzipFrom = 2048;

export class Document {
  readonly #body: Buffer;
  readonly etag: string;
  #gzipped: Buffer | undefined;

  constructor(
    readonly contentType: string,
    body: string | Uint8Array,
  ) {
    this.#body = Buffer.from(body);
    this.etag = `"${createHash('sha256').update(this.#body).digest('hex').toUpperCase()}"`;
  }

  /** What stands in the ETag, without its quotes: for links that name a version of the document. */
  get hash(): string {
    return this.etag.slice(1, -1);
  }

  send(request: Request, response: Response): void {
    response.setHeader('etag', this.etag);
    response.setHeader('vary', 'Accept, Accept-Encoding');
    if (request.headers['if-none-match'] === this.etag) {
      response.statusCode = 304;
      response.end();
      return;
    }
    response.setHeader('content-type', this.contentType);
    const gzip = this.#body.length >= gzipFrom && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    if (gzip) response.setHeader('content-encoding', 'gzip');
    const body = gzip ? this.#compressed() : this.#body;
    response.setHeader('content-length', String(body.length));
    response.statusCode = 200;
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  #compressed(): Buffer {
    this.#gzipped ??= gzipSync(this.#body);
    return this.#gzipped;
  }
}

export const jsonDocument = (value: object, contentType = 'application/json'): Document =>
  new Document(contentType, JSON.stringify(value));
