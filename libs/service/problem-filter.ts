import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '#contracts';
import type { Logger } from '#process';
import { Refusal } from './refusal.ts';

/** Turns whatever was thrown into problem+json; what nobody expected is logged and told as `internal`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger: Logger;
  constructor(logger: Logger) {
    this.logger = logger;
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendRefusal(
      refusalOf(thrown, this.logger),
      http.getRequest<FastifyRequest>(),
      http.getResponse<FastifyReply>(),
    );
  }
}

/** Answers with a refusal's problem, unless an answer is already under way. */
export function sendRefusal(refusal: Refusal, request: FastifyRequest, reply: FastifyReply): void {
  if (reply.sent) return;
  const body = JSON.stringify(refusal.toProblem(String(request.id)));
  void reply
    .status(refusal.status)
    .headers(refusal.headers)
    .header('content-type', 'application/problem+json')
    .send(body);
}

/** The refusal that `thrown` amounts to. */
export function refusalOf(thrown: unknown, logger: Logger): Refusal {
  if (thrown instanceof Refusal) return thrown;
  const status = statusOf(thrown);
  const code = status === undefined ? undefined : CODE_BY_STATUS[status];
  if (code) return new Refusal(code, { cause: thrown });
  if (status !== undefined && status < 500) return new Refusal('invalid_request', { cause: thrown });
  if (isConnectionLoss(thrown)) {
    logger.warn({ err: thrown }, 'a part that a request needs is away');
    return new Refusal('unavailable', { cause: thrown, headers: { 'retry-after': '1' } });
  }
  logger.error({ err: thrown }, 'a request failed');
  return new Refusal('internal', { cause: thrown });
}

const CODE_BY_STATUS: Record<number, ErrorCode> = {
  400: 'malformed_body',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'body_too_large',
  415: 'unsupported_media_type',
};

function statusOf(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  const { statusCode } = thrown as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : undefined;
}

/** Node's codes of a lost or refused connection, and PostgreSQL's classes 08 and 57P. */
const LOST_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND']);
const LOST_MESSAGES = /Connection terminated|timeout exceeded when trying to connect|Connection is closed/;

function isConnectionLoss(thrown: unknown): boolean {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    const code = String((error as { code?: unknown }).code ?? '');
    if (LOST_CODES.has(code) || /^(08...|57P0.|53300)$/.test(code) || LOST_MESSAGES.test(error.message))
      return true;
    if (error instanceof AggregateError && error.errors.some((inner) => isConnectionLoss(inner))) return true;
  }
  return false;
}
