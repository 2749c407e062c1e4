/** The HTTP interface as an OpenAPI document, made of the commands' own tables. */
import { type Command, catalog, type PropertyKind } from '#libs/commands';
import type { Json, JsonObject } from '#libs/protocol';

/** OpenAPI 3.1 has the types of JSON Schema. */
const schemas: Readonly<Record<PropertyKind, JsonObject>> = {
  string: { type: 'string' },
  strings: { type: ['array', 'string'], items: { type: 'string' } },
  words: { type: ['string', 'array'], items: { type: 'string' } },
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  pid: { type: 'integer', minimum: 1 },
  signal: { type: ['string', 'integer'] },
  object: { type: 'object', additionalProperties: true },
};

const problem: JsonObject = {
  description: 'Refused: `code` for programs, `message` for people.',
  content: {
    'application/json': { schema: { $ref: '#/components/schemas/Problem' } },
  },
};

const answer: JsonObject = {
  description: 'The reply of circusd.',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Reply' } } },
};

/** OpenAPI 3.1. `basePath`: where the console is mounted. */
export function openApi(version: string, basePath: string): JsonObject {
  const paths = catalog.map(
    (command) => [`/api/commands/${command.name}`, pathOf(command)] as const,
  );
  return {
    openapi: '3.1.0',
    info: {
      title: 'circushttpd',
      version,
      description: 'The commands of circusd over HTTP. Programs send HTTP basic authentication.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: basePath }],
    security: [{ password: [] }, { session: [] }],
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: {
        password: { type: 'http', scheme: 'basic' },
        session: { type: 'apiKey', in: 'cookie', name: 'circus_session' },
      },
      schemas: {
        Reply: {
          type: 'object',
          required: ['status', 'time'],
          properties: { status: { const: 'ok' }, time: { type: 'number' } },
          additionalProperties: true,
        },
        Problem: {
          type: 'object',
          required: ['code', 'message'],
          properties: { code: { type: 'string' }, message: { type: 'string' } },
        },
      },
    },
  };
}

function pathOf(command: Command): JsonObject {
  const { name, summary, description, properties, isReadOnly, canWait } = command;
  const rows = Object.entries(properties);
  const required = rows.filter(([, { required }]) => required === true).map(([key]) => key);
  const waiting: [string, JsonObject][] = canWait
    ? [['waiting', { type: 'boolean', description: 'Answer when the work is done.' }]]
    : [];
  const schema: JsonObject = {
    type: 'object',
    properties: Object.fromEntries([
      ...rows.map(([key, row]): [string, Json] => [key, schemaOf(row)]),
      ...waiting,
    ]),
    ...(required.length > 0 ? { required } : {}),
  };
  const responses = { 200: answer, default: problem };
  const common = { summary, description, tags: [isReadOnly ? 'reading' : 'changing'], responses };
  return {
    post: {
      operationId: `post_${name}`,
      ...common,
      requestBody: { required: required.length > 0, content: { 'application/json': { schema } } },
    },
    ...(isReadOnly
      ? {
          get: {
            operationId: `get_${name}`,
            ...common,
            parameters: rows.map(([key, row]) => ({
              name: key,
              in: 'query',
              required: row.required === true,
              description: row.doc,
              schema: schemas[row.kind],
            })),
          },
        }
      : {}),
  };
}

function schemaOf({ kind, doc, default: fallback, minimum }: Command['properties'][string]): Json {
  return {
    ...schemas[kind],
    description: doc,
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(minimum === undefined ? {} : { minimum }),
  };
}
