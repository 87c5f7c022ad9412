/**
 * Express over HTTP/2. Express gives every request and response prototypes of its own, which descend from node:http's
 * classes; on node:http2's objects those break at the first property. So there are two of each pair of prototypes, with
 * Express' methods on top of either library's classes, and the request's HTTP version chooses.
 * (`req.hostname` is empty on HTTP/2, where the name is in :authority.)
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Express } from 'express';

export type AnyRequest = IncomingMessage | Http2ServerRequest;
export type AnyResponse = ServerResponse | Http2ServerResponse;

/** What Express itself calls; its types speak of HTTP/1 alone. */
interface Handling {
  request: object;
  response: object;
  handle(request: AnyRequest, response: AnyResponse, otherwise: (error?: unknown) => void): void;
}

/** A handler for both protocols. `otherwise` is called when no route answered, or with what a route threw. */
export function graft(app: Express): Handling['handle'] {
  const one = app as unknown as Handling;
  const two = Object.create(one, {
    request: { value: rebased(one.request, Http2ServerRequest.prototype) },
    response: { value: rebased(one.response, Http2ServerResponse.prototype) },
  }) as Handling;
  return (request, response, otherwise) =>
    (request.httpVersionMajor === 2 ? two : one).handle(request, response, otherwise);
}

/** The app's own prototype and the one of Express under it, on top of another base. */
function rebased(prototype: object, base: object): object {
  const express = Object.getPrototypeOf(prototype) as object;
  const middle = Object.create(base, Object.getOwnPropertyDescriptors(express)) as object;
  return Object.create(middle, Object.getOwnPropertyDescriptors(prototype)) as object;
}
