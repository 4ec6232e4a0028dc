import fc from 'fast-check';
import { fitting, near, type JsonSchema } from './json-schema-arbitrary.ts';

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  schema: JsonSchema;
}

/** One call as an OpenAPI document describes it. */
export interface Operation {
  operationId: string;
  method: string;
  path: string;
  access: string;
  parameters: Parameter[];
  bodyType: string | undefined;
  body: JsonSchema | undefined;
  statuses: string[];
}

interface OpenApiDocument {
  paths: Record<
    string,
    Record<
      string,
      {
        operationId: string;
        'x-access': string;
        parameters?: Parameter[];
        requestBody?: { content: Record<string, { schema?: JsonSchema }> };
        responses: Record<string, unknown>;
      }
    >
  >;
}

/** Every operation of a document. */
export function operationsOf(document: OpenApiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const [bodyType, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
      return {
        operationId: operation.operationId,
        method: method.toUpperCase(),
        path,
        access: operation['x-access'],
        parameters: operation.parameters ?? [],
        bodyType,
        body: content?.schema,
        statuses: Object.keys(operation.responses),
      };
    }),
  );
}

/** A request ready to be sent. */
export interface FuzzRequest {
  url: string;
  init: { method: string; headers: Record<string, string>; body?: string };
}

/** Requests for `operation`: fitting, nearly fitting and hostile ones. */
export function requestsOf(operation: Operation): fc.Arbitrary<FuzzRequest> {
  const parts = operation.parameters.map((parameter) =>
    fc.oneof(
      { weight: 4, arbitrary: fitting(parameter.schema) },
      { weight: parameter.in === 'path' ? 1 : 2, arbitrary: near(parameter.schema) },
    ),
  );
  return fc
    .record({ values: fc.tuple(...parts), body: bodyText(operation), type: contentType(operation) })
    .map(({ values, body, type }) => {
      let path = operation.path;
      const query = new URLSearchParams();
      const headers: Record<string, string> = { 'content-type': type };
      operation.parameters.forEach((parameter, index) => {
        const value = asText(values[index]);
        if (parameter.in === 'path')
          path = path.replace(`{${parameter.name}}`, encodeURIComponent(value) || '%20');
        else if (parameter.in === 'query') query.set(parameter.name, value);
        else headers[parameter.name] = value.replace(/[^\x20-\x7e]/g, '?');
      });
      const search = query.size > 0 ? `?${query}` : '';
      const hasBody = operation.method !== 'GET' && body !== undefined;
      if (!hasBody) delete headers['content-type'];
      return {
        url: `${path}${search}`,
        init: { method: operation.method, headers, ...(hasBody ? { body } : {}) },
      };
    });
}

function bodyText(operation: Operation): fc.Arbitrary<string | undefined> {
  if (!operation.body) return fc.oneof(fc.constant(undefined), fc.constant('{}'), fc.string());
  return fc.oneof(
    { weight: 8, arbitrary: near(operation.body).map((value) => JSON.stringify(value) ?? '') },
    { weight: 1, arbitrary: fc.constantFrom('', '{', '[1,', 'null', '"', '\u0000', '{"a":'.repeat(2_000)) },
  );
}

function contentType(operation: Operation): fc.Arbitrary<string> {
  const right = operation.bodyType ?? 'application/json';
  return fc.oneof(
    { weight: 12, arbitrary: fc.constant(right) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('text/plain', 'application/xml', 'multipart/form-data', 'application/json'),
    },
  );
}

function asText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.toWellFormed();
}
