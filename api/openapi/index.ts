/** OpenAPI documents of the kinds. Loads schemas, descriptions and protobuf: import it when a document is asked for. */
export { openApiV2, openApiV3 } from './documents.js';
export { mergeOpenApiV2 } from './merge.js';
export { openApiV2Protobuf } from './protobuf.js';
