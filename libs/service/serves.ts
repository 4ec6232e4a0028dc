import {
  applyDecorators,
  createParamDecorator,
  Delete,
  Get,
  HttpCode,
  Patch,
  Post,
  Put,
  type ExecutionContext,
} from '@nestjs/common';
import type { Endpoint, Identity } from '#contracts';
import type { FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Parts of the request after their schemas; set for endpoints only. */
    input: unknown;
    /** Who calls; undefined for nobody. */
    caller: Identity | undefined;
    /** The body's bytes as they came, for signatures. */
    rawBody: Buffer | undefined;
  }
}

const METHODS = { GET: Get, POST: Post, PUT: Put, PATCH: Patch, DELETE: Delete };

/** Endpoints by `METHOD route`, as Fastify names the route of a request. */
const served = new Map<string, Endpoint>();

/** Makes a controller's method the handler of `endpoint`: route, checks and description come from the contract. */
export function Serves(endpoint: Endpoint): MethodDecorator {
  const route = `/api/${endpoint.process}${endpoint.path}`;
  served.set(`${endpoint.method} ${route}`, endpoint);
  return applyDecorators(METHODS[endpoint.method](route), HttpCode(defaultStatus(endpoint)));
}

/** The endpoint that a request is for. */
export function endpointOf(request: FastifyRequest): Endpoint | undefined {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  return served.get(`${method} ${request.routeOptions.url ?? ''}`);
}

/** Endpoints of `process` that some controller serves, in the order of their declaration. */
export function servedEndpoints(process: string): Endpoint[] {
  return [...served.values()].filter((endpoint) => endpoint.process === process);
}

/** Parameter: the parsed `{ params, query, headers, body, idempotencyKey }` of the endpoint. */
export const In = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<FastifyRequest>().input,
);

/** Parameter: the caller's identity; undefined where the endpoint allows nobody. */
export const Caller = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<FastifyRequest>().caller,
);

/** An answer with another status or further headers than the endpoint's default. */
export class Reply<T> {
  readonly status: number;
  readonly body: T;
  readonly headers: Record<string, string>;
  constructor(status: number, body: T, headers: Record<string, string>) {
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** Answers with `status`, `body` and `headers`; handlers return it typed as the body. */
export function reply<T>(status: number, body: T, headers: Record<string, string> = {}): T {
  return new Reply(status, body, headers) as unknown as T;
}

/** Created where the endpoint can create, else its lowest success status. */
function defaultStatus({ replies }: Endpoint): number {
  return 201 in replies ? 201 : Math.min(...Object.keys(replies).map(Number));
}
