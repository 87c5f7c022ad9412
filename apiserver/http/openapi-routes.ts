/** /openapi/v2 and /openapi/v3. A document is large and slow to make, so each is made when it is first asked for. */
import { createHash } from 'node:crypto';
import { type Response, Router } from 'express';
import type { KindRow } from '../../api/kinds/row.js';
import type { OtherDocument } from '../../api/openapi/merge.js';
import { groupsOf, type RemoteVersion, rowsOf } from '../discovery/resources.js';
import { version } from '../discovery/version.js';
import { type KindTable, ofRows } from '../registry/kinds.js';
import { Document, jsonDocument } from './documents.js';
import { ranges } from './negotiate.js';

/** What makes the documents (api/openapi). */
export interface OpenApi {
  openApiV2(rows: readonly KindRow[]): object;
  openApiV2Protobuf(document: object): Uint8Array;
  mergeOpenApiV2(own: object, others: readonly OtherDocument[]): object;
  /** The document of one group and version; '' is core. */
  openApiV3(group: string, version: string, rows: readonly KindRow[]): object;
}

const protobufType = /^application\/com\.github\.proto-openapi\.spec\.v2[@.]v1\.0\+protobuf$/;
const protobufAnswer = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** `load` is called with the first request: a server that nobody asks for documents never holds what makes them. */
export function openApiRoutes(
  load: () => Promise<OpenApi>,
  kinds: Pick<KindTable, 'rows'>,
  remote: () => readonly RemoteVersion[],
  others: () => Promise<readonly OtherDocument[]> = async () => [],
): Router {
  const router = Router();
  const documents = ofRows(kinds, rows => new Documents(load, rows));

  router.get('/openapi/v2', async (request, response) => {
    const accepted = ranges(String(request.headers.accept ?? '*/*'));
    const found = accepted.find(({ type }) => protobufType.test(type) || isJson(type));
    if (!found) return notAcceptable(response);
    const said = await others();
    const document = await (protobufType.test(found.type) ? documents().v2Protobuf(said) : documents().v2(said));
    document.send(request, response);
  });

  router.get('/openapi/v3', (request, response) => documents().index(remote()).send(request, response));
  router.get(/^\/openapi\/v3\/(.+)$/, async (request, response, next) => {
    const made = documents();
    const found = made.paths.get(request.path.slice('/openapi/v3/'.length));
    if (!found) return next();
    const accepted = ranges(String(request.headers.accept ?? '*/*'));
    if (!accepted.some(({ type }) => isJson(type))) return notAcceptable(response);
    const asked = new URL(request.url, 'https://localhost').searchParams.get('hash');
    if (asked) {
      // A link with a hash names one state of the document for ever; one that is out of date leads to the present one.
      if (asked !== found.hash) return response.redirect(301, found.link);
      response.setHeader('cache-control', 'public, immutable');
      response.setHeader('expires', new Date(Date.now() + yearMs).toUTCString());
    }
    (await made.v3(found)).send(request, response);
  });
  return router;
}

const yearMs = 365 * 24 * 3600 * 1000;

class Documents {
  readonly #made = new Map<string, { of: unknown; made: Promise<Document> }>();
  /** By what follows /openapi/v3/. */
  readonly paths: ReadonlyMap<string, GroupVersion>;

  constructor(
    private readonly load: () => Promise<OpenApi>,
    private readonly rows: readonly KindRow[],
  ) {
    this.paths = new Map(groupVersions(rows).map(gv => [gv.path, gv]));
  }

  /** Where each document is. Those of versions that others serve are asked of them. */
  index(remote: readonly RemoteVersion[]): Document {
    const own = [...this.paths].map(([path, { link }]) => [path, { serverRelativeURL: link }] as const);
    const others = remote.map(({ group, version: of }) => {
      const path = `apis/${group}/${of}`;
      return [path, { serverRelativeURL: `/openapi/v3/${path}` }] as const;
    });
    return jsonDocument({ paths: Object.fromEntries([...own, ...others]) });
  }

  v2(others: readonly OtherDocument[]): Promise<Document> {
    return this.#once('v2', openApi => jsonDocument(this.#merged(openApi, others)), others);
  }

  v2Protobuf(others: readonly OtherDocument[]): Promise<Document> {
    const make = (openApi: OpenApi): Document =>
      new Document(protobufAnswer, openApi.openApiV2Protobuf(this.#merged(openApi, others)));
    return this.#once('v2 protobuf', make, others);
  }

  #merged(openApi: OpenApi, others: readonly OtherDocument[]): object {
    return openApi.mergeOpenApiV2(openApi.openApiV2(this.rows), others);
  }

  v3({ path, group, version: of }: GroupVersion): Promise<Document> {
    return this.#once(path, openApi => jsonDocument(openApi.openApiV3(group, of, rowsOf(this.rows, group, of))));
  }

  /** Requests that come while a document is being made wait for the same one; it is made anew `of` something else. */
  #once(name: string, make: (openApi: OpenApi) => Document, of?: unknown): Promise<Document> {
    const known = this.#made.get(name);
    if (known && known.of === of) return known.made;
    const made = this.load().then(make);
    made.catch(() => this.#made.delete(name));
    this.#made.set(name, { of, made });
    return made;
  }
}

interface GroupVersion {
  path: string;
  group: string;
  version: string;
  /** Of what the document is made of: clients keep it for as long as the server serves the same kinds. */
  hash: string;
  link: string;
}

const groupVersions = (rows: readonly KindRow[]): GroupVersion[] =>
  groupsOf(rows).flatMap(({ group, versions }) =>
    versions.map(of => {
      const path = group === '' ? `api/${of}` : `apis/${group}/${of}`;
      const hash = hashOf(path, rowsOf(rows, group, of));
      return { path, group, version: of, hash, link: `/openapi/v3/${path}?hash=${hash}` };
    }),
  );

function hashOf(path: string, rows: readonly KindRow[]): string {
  const kinds = rows.map(row => [row.kind, row.plural, row.model, row.verbs, row.subresources, row.structural]);
  const hash = createHash('sha256').update(JSON.stringify([version.gitVersion, path, kinds]));
  return hash.digest('hex').toUpperCase();
}

const isJson = (type: string): boolean => type === 'application/json' || type === 'application/*' || type === '*/*';

function notAcceptable(response: Response): void {
  response.statusCode = 406;
  response.end();
}
