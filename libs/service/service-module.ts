import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { Drain, Logger, Readiness } from '#process';
import type { RateLimiter } from './rate-limit.ts';
import type { TokenVerifier } from './tokens.ts';

/** Injection tokens of what every process has. */
export const LOGGER = Symbol('logger');
export const DRAIN = Symbol('drain');
export const READINESS = Symbol('readiness');
export const TOKENS = Symbol('tokens');
export const LIMITER = Symbol('limiter');

export interface ServiceParts {
  logger: Logger;
  drain: Drain;
  readiness: Readiness;
  tokens: TokenVerifier;
  limiter: RateLimiter;
}

/** The one global module: logger, drain, readiness, token verifier, rate limiter. */
@Global()
@Module({})
export class ServiceModule {
  static with(parts: ServiceParts): DynamicModule {
    const providers = [
      { provide: LOGGER, useValue: parts.logger },
      { provide: DRAIN, useValue: parts.drain },
      { provide: READINESS, useValue: parts.readiness },
      { provide: TOKENS, useValue: parts.tokens },
      { provide: LIMITER, useValue: parts.limiter },
    ];
    return { module: ServiceModule, providers, exports: providers };
  }
}
