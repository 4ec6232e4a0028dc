import { errorDefinition, type ErrorCode } from './errors/catalogue.ts';
import type { Endpoint } from './endpoint.ts';
import { Problem } from './problem.ts';
import { z } from 'zod';

/** An OpenAPI 3.1 document; only the members that readers of this module use are named. */
export interface OpenApiDocument {
  openapi: '3.1.1';
  info: { title: string; version: string };
  paths: Record<string, Record<string, unknown>>;
  components: Record<string, Record<string, unknown>>;
}

/** Describes `endpoints` in OpenAPI 3.1; JSON Schema 2020-12 straight from the contracts. */
export function describeEndpoints(
  title: string,
  version: string,
  endpoints: readonly Endpoint[],
): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {};
  for (const endpoint of endpoints) {
    const path = `/api/${endpoint.process}${endpoint.path.replace(/:([A-Za-z]+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(endpoint) };
  }
  return {
    openapi: '3.1.1',
    info: { title: `Showfloor ${title}`, version },
    paths,
    components: {
      schemas: { Problem: jsonSchema(Problem, 'output') },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'sf_session' },
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
    },
  };
}

function operation(endpoint: Endpoint): Record<string, unknown> {
  const parameters = [
    ...parametersIn('path', endpoint.params),
    ...parametersIn('query', endpoint.query),
    ...parametersIn('header', endpoint.headers),
    ...(endpoint.idempotent ? [IDEMPOTENCY_KEY] : []),
  ];
  return {
    operationId: endpoint.name,
    summary: endpoint.summary,
    tags: [endpoint.process],
    'x-access': endpoint.access,
    ...(endpoint.access === 'public' ? { security: [] } : { security: SECURITY[endpoint.access] }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(endpoint.body || endpoint.consumes ? { requestBody: requestBody(endpoint) } : {}),
    responses: { ...replies(endpoint), ...refusals(endpoint) },
  };
}

const SECURITY = {
  guest: [{}, { session: [] }, { bearer: [] }],
  user: [{ session: [] }, { bearer: [] }],
  admin: [{ session: [] }, { bearer: [] }],
  internal: [{ bearer: [] }],
} as const;

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  schema: { type: 'string', minLength: 8, maxLength: 200 },
};

function requestBody(endpoint: Endpoint): Record<string, unknown> {
  const type = endpoint.consumes ?? 'application/json';
  return {
    required: true,
    content: { [type]: endpoint.body ? { schema: jsonSchema(endpoint.body, 'input') } : {} },
  };
}

function replies(endpoint: Endpoint): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(endpoint.replies).map(([status, schema]) => [
      status,
      {
        description: endpoint.summary,
        ...(schema
          ? {
              content: {
                [endpoint.produces ?? 'application/json']: { schema: jsonSchema(schema, 'output') },
              },
            }
          : {}),
      },
    ]),
  );
}

/** One response per status, naming the codes that travel with it. */
function refusals(endpoint: Endpoint): Record<string, unknown> {
  const codes: ErrorCode[] = ['invalid_request', ...(endpoint.errors ?? [])];
  if (endpoint.access !== 'public' && endpoint.access !== 'guest') codes.push('unauthenticated', 'forbidden');
  if (endpoint.rate) codes.push('rate_limited');
  if (endpoint.idempotent) codes.push('idempotency_key_missing', 'idempotency_key_reused');
  const byStatus = Map.groupBy(new Set(codes), (code) => errorDefinition(code).status);
  return Object.fromEntries(
    [...byStatus].map(([status, grouped]) => [
      status,
      {
        description: grouped.map((code) => `\`${code}\`: ${errorDefinition(code).title}`).join('; '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

function parametersIn(place: string, schema: z.ZodObject | undefined): unknown[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' });
  return rest;
}
