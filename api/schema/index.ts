/** Schemas of the built-in kinds: reading bodies, and merging patches. */
export { conform, type FieldReport } from './conform.js';
export { type Decoded, decode, decodeValue, type FieldValidation, maxBodyBytes, parseJson } from './decode.js';
export { mergeSchemaOf } from './merge.js';
