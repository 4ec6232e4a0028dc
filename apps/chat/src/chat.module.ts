import { queryOf, type Bus } from '#bus';
import { TOKENS, type TokenVerifier } from '#service';
import { Module, type DynamicModule } from '@nestjs/common';
import type { Pool } from 'pg';
import { RoomAccess } from './access/room-access.ts';
import { POOL, QUERY } from './database/query.ts';
import { FiguresController } from './figures/figures.controller.ts';
import { Clients } from './gateway/clients.ts';
import { Dispatch, type DispatchParts } from './gateway/dispatch.ts';
import { Feeds } from './gateway/feeds.ts';
import { GATEWAY_SETTINGS, LiveGateway, type GatewaySettings } from './gateway/live.gateway.ts';
import { MeController } from './me/me.controller.ts';
import { PeopleController } from './people/people.controller.ts';
import { RoomsController } from './replay/rooms.controller.ts';
import { ReportsController } from './reports/reports.controller.ts';
import { RoomClient } from './rooms/room-client.ts';
import { RuleNews } from './rooms/rule-news.ts';
import { WordsController } from './words/words.controller.ts';

/** What exists before the module is made. */
export interface ChatParts {
  pool: Pool;
  bus: Bus;
  clients: Clients;
  feeds: Feeds;
  rooms: RoomClient;
  gateway: GatewaySettings;
  dispatch: Omit<DispatchParts, 'clients' | 'feeds' | 'rooms' | 'verify'>;
}

/** Wiring of apps/chat. */
@Module({})
export class ChatModule {
  static with({ pool, bus, clients, feeds, rooms, gateway, dispatch }: ChatParts): DynamicModule {
    const query = queryOf(pool);
    return {
      module: ChatModule,
      controllers: [
        RoomsController,
        FiguresController,
        PeopleController,
        WordsController,
        ReportsController,
        MeController,
      ],
      providers: [
        LiveGateway,
        { provide: POOL, useValue: pool },
        { provide: QUERY, useValue: query },
        { provide: RoomAccess, useValue: new RoomAccess(query) },
        { provide: RuleNews, useValue: new RuleNews(bus) },
        { provide: Clients, useValue: clients },
        { provide: Feeds, useValue: feeds },
        { provide: RoomClient, useValue: rooms },
        { provide: GATEWAY_SETTINGS, useValue: gateway },
        {
          provide: Dispatch,
          inject: [TOKENS],
          useFactory: (tokens: TokenVerifier) =>
            new Dispatch({ ...dispatch, clients, feeds, rooms, verify: (token) => tokens.verify(token) }),
        },
      ],
    };
  }
}
