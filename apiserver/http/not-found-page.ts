/** What Go's HTTP server says where nothing is, and clients of Kubernetes know. */
import type { ServerResponse } from 'node:http';

export function notFoundPage(response: Pick<ServerResponse, 'setHeader' | 'end' | 'statusCode'>): void {
  response.statusCode = 404;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end(notFoundText);
}

export const notFoundText = '404 page not found\n';
