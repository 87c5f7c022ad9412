/** Everything that is no resource: version, metrics, discovery and OpenAPI, as an Express application. */
import express, { type Express, type Request, type Response } from 'express';
import type { KindRow } from '../../api/kinds/row.js';
import type { OtherDocument } from '../../api/openapi/merge.js';
import { type AggregatedVersion, aggregatedDocument } from '../discovery/aggregated.js';
import { discoveryDocument } from '../discovery/documents.js';
import type { RemoteVersion } from '../discovery/resources.js';
import { version } from '../discovery/version.js';
import type { Metrics } from '../metrics/metrics.js';
import { type KindTable, ofRows } from '../registry/kinds.js';
import { type Document, jsonDocument } from './documents.js';
import { ranges } from './negotiate.js';
import { notFoundPage } from './not-found-page.js';
import { type OpenApi, openApiRoutes } from './openapi-routes.js';

export interface AppOptions {
  /** What is served now: documents follow it. */
  kinds: Pick<KindTable, 'rows'>;
  /** What others serve, and requests are sent on to. */
  remote?(): readonly RemoteVersion[];
  /** And what these say of themselves. */
  remoteOpenApi?(): Promise<readonly OtherDocument[]>;
  /** 'host:port' */
  address: string;
  metrics: Metrics;
  /** With which others check the service account tokens that this server signs. */
  issuer: { jwks(): unknown; openidConfiguration(): unknown };
  openApi(): Promise<OpenApi>;
}

export function buildApp(options: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((_request, response, next) => {
    response.setHeader('cache-control', 'no-cache, private');
    next();
  });
  app.get('/.well-known/openid-configuration', (_request, response) =>
    sendJson(response, options.issuer.openidConfiguration()),
  );
  app.get('/openid/v1/jwks', (_request, response) =>
    sendJson(response, options.issuer.jwks(), 'application/jwk-set+json'),
  );
  app.get('/version', (_request, response) => sendJson(response, version));
  app.get('/metrics', (_request, response, next) => {
    options.metrics.registry.metrics().then(text => {
      response.setHeader('content-type', options.metrics.registry.contentType);
      response.end(text);
    }, next);
  });
  app.use(openApiRoutes(options.openApi, options.kinds, () => options.remote?.() ?? noneRemote, options.remoteOpenApi));
  const discovery = discoverer(options);
  app.get(/^\/apis?(\/.*)?$/, (request, response) => discovery(request, response));
  app.get('/', (_request, response) => sendJson(response, { paths: rootPaths(options.kinds.rows) }));
  return app;
}

const noneRemote: readonly RemoteVersion[] = [];

/** Serves discovery documents, each made once for as long as the same kinds are served. */
function discoverer({
  kinds,
  address,
  remote = () => noneRemote,
}: AppOptions): (request: Request, response: Response) => void {
  const documents = ofRows(kinds, () => new WeakMap<readonly RemoteVersion[], Map<string, Document | undefined>>());
  return (request, response) => {
    const { rows } = kinds;
    const others = remote();
    const made = documents().get(others) ?? new Map<string, Document | undefined>();
    documents().set(others, made);
    const path = request.path.replace(/\/$/, '');
    const aggregated = path === '/api' || path === '/apis' ? aggregation(request) : undefined;
    const key = `${path} ${aggregated ?? ''}`;
    if (!made.has(key)) made.set(key, makeDocument(rows, path, address, aggregated, others));
    const found = made.get(key);
    if (found) found.send(request, response);
    else {
      made.delete(key);
      notFoundPage(response);
    }
  };
}

function makeDocument(
  rows: readonly KindRow[],
  path: string,
  address: string,
  aggregated: AggregatedVersion | undefined,
  remote: readonly RemoteVersion[],
): Document | undefined {
  if (aggregated) {
    const document = aggregatedDocument(rows, path === '/api' ? 'api' : 'apis', aggregated, remote);
    const type = `application/json;g=apidiscovery.k8s.io;v=${aggregated};as=APIGroupDiscoveryList`;
    return jsonDocument(document, type);
  }
  const document = discoveryDocument(rows, path, address, remote);
  return document && jsonDocument(document);
}

function aggregation(request: Request): AggregatedVersion | undefined {
  for (const { type, parameters } of ranges(String(request.headers.accept ?? ''))) {
    if (type !== 'application/json' && type !== 'application/*' && type !== '*/*') continue;
    if (parameters.get('as') === undefined) return undefined;
    const asked = parameters.get('v');
    const right = parameters.get('g') === 'apidiscovery.k8s.io' && parameters.get('as') === 'APIGroupDiscoveryList';
    if (right && (asked === 'v2' || asked === 'v2beta1')) return asked;
  }
  return undefined;
}

function rootPaths(rows: readonly KindRow[]): string[] {
  const groups = new Set<string>();
  for (const { group, version } of rows) {
    if (group === '') groups.add(`/api/${version}`);
    else groups.add(`/apis/${group}`).add(`/apis/${group}/${version}`);
  }
  const others = ['/healthz', '/livez', '/metrics', '/openapi/v2', '/openapi/v3', '/readyz', '/version'];
  return ['/api', '/apis', ...groups, ...others].sort();
}

function sendJson(response: Response, value: unknown, contentType = 'application/json'): void {
  response.setHeader('content-type', contentType);
  response.end(JSON.stringify(value));
}
