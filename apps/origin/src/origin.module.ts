import { Module } from '@nestjs/common';

/** Controllers of apps/origin; media and the writers' side are plain Fastify routes (see origin.ts). */
@Module({})
export class OriginModule {}
