/** OpenAPI documents of the kinds. Loads schemas, descriptions and protobuf: import it when a document is asked for. */
export { openApiV2, openApiV3 } from './documents.js';
export { openApiV2Protobuf } from './protobuf.js';
