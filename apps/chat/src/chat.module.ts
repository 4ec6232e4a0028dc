import { Module, type DynamicModule } from '@nestjs/common';
import { TOKENS, type TokenVerifier } from '#service';
import { Clients } from './gateway/clients.ts';
import { Dispatch, type DispatchParts } from './gateway/dispatch.ts';
import { Feeds } from './gateway/feeds.ts';
import { GATEWAY_SETTINGS, LiveGateway, type GatewaySettings } from './gateway/live.gateway.ts';
import { RoomClient } from './rooms/room-client.ts';

/** What exists before the module is made. */
export interface ChatParts {
  clients: Clients;
  feeds: Feeds;
  rooms: RoomClient;
  gateway: GatewaySettings;
  dispatch: Omit<DispatchParts, 'clients' | 'feeds' | 'rooms' | 'verify'>;
}

/** Wiring of apps/chat. */
@Module({})
export class ChatModule {
  static with({ clients, feeds, rooms, gateway, dispatch }: ChatParts): DynamicModule {
    return {
      module: ChatModule,
      controllers: [],
      providers: [
        LiveGateway,
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
