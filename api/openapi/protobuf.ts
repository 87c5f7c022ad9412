/** An OpenAPI 2 document as `application/com.github.proto-openapi.spec.v2@v1.0+protobuf`. */
import type { Schema } from './definitions.js';
import { Document } from './gnostic.js';

type Message = Record<string, unknown>;

const record = (value: unknown): Record<string, unknown> => (value ?? {}) as Record<string, unknown>;
const list = (value: unknown): unknown[] => (value ?? []) as unknown[];

/** `x-` fields, as YAML texts: JSON is YAML. */
const extensions = (of: Record<string, unknown>): Message[] =>
  Object.entries(of)
    .filter(([name]) => name.startsWith('x-'))
    .map(([name, value]) => ({ name, value: { yaml: JSON.stringify(value) } }));

const namedSchemas = (schemas: unknown): Message[] =>
  Object.entries(record(schemas)).map(([name, schema]) => ({ name, value: schemaMessage(schema as Schema) }));

function schemaMessage(schema: Schema): Message {
  const { $ref, type, items, properties, additionalProperties, format, description, required } = schema;
  return {
    ...($ref ? { ref: $ref } : {}),
    ...(format ? { format } : {}),
    ...(description ? { description } : {}),
    ...(required ? { required } : {}),
    ...(additionalProperties
      ? { additionalProperties: { schema: schemaMessage(additionalProperties as Schema) } }
      : {}),
    ...(type ? { type: { value: [type] } } : {}),
    ...(items ? { items: { schema: [schemaMessage(items as Schema)] } } : {}),
    ...(properties ? { properties: { additionalProperties: namedSchemas(properties) } } : {}),
    vendorExtension: extensions(schema),
  };
}

function parameterMessage(value: unknown): Message {
  const parameter = record(value);
  const { name, in: place, required, description, type } = parameter;
  if (place === 'body') {
    const bodyParameter = { name, in: place, required, schema: schemaMessage(parameter.schema as Schema) };
    return { parameter: { bodyParameter } };
  }
  const about = { name, in: place, description, type };
  return {
    parameter: {
      nonBodyParameter:
        place === 'path' ? { pathParameterSubSchema: { ...about, required } } : { queryParameterSubSchema: about },
    },
  };
}

const responseMessage = (name: string, value: unknown): Message => {
  const { description, schema } = record(value);
  const response = { description, ...(schema ? { schema: { schema: schemaMessage(schema as Schema) } } : {}) };
  return { name, value: { response } };
};

function operationMessage(value: unknown): Message {
  const operation = record(value);
  const { tags, description, operationId, produces, consumes } = operation;
  return {
    tags,
    description,
    operationId,
    produces,
    consumes,
    parameters: list(operation.parameters).map(parameterMessage),
    responses: {
      responseCode: Object.entries(record(operation.responses)).map(([code, response]) =>
        responseMessage(code, response),
      ),
    },
    vendorExtension: extensions(operation),
  };
}

const pathMessage = (name: string, value: unknown): Message => ({
  name,
  value: Object.fromEntries(Object.entries(record(value)).map(([method, of]) => [method, operationMessage(of)])),
});

/** `document` is what openApiV2 answers. */
export function openApiV2Protobuf(document: object): Uint8Array {
  const { swagger, info, paths, definitions } = record(document);
  const message = Document.create({
    swagger,
    info,
    paths: { path: Object.entries(record(paths)).map(([name, value]) => pathMessage(name, value)) },
    definitions: { additionalProperties: namedSchemas(definitions) },
  });
  return Document.encode(message).finish();
}
