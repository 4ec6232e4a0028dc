import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { PlaybackController } from './access/playback.controller.ts';
import { ClipsController } from './clips/clips.controller.ts';
import { LogController } from './log/log.controller.ts';
import type { Origin } from './origin.ts';
import { ORIGIN } from './origin.token.ts';
import { RecordingsController } from './recordings/recordings.controller.ts';

/** What people and other processes ask of the origin; media and transcoders have routes of their own (origin.routes.ts). */
@Module({})
export class OriginModule {
  static with(origin: Origin): DynamicModule {
    return {
      module: OriginModule,
      controllers: [PlaybackController, LogController, ClipsController, RecordingsController],
      providers: [{ provide: ORIGIN, useValue: origin }],
    };
  }
}

/** A relay has nothing but its routes. */
@Module({})
export class RelayModule {}
