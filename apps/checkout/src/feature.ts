import type { Provider, Type } from '@nestjs/common';

/** What a feature adds to the process: its controllers and what they need. */
export interface Feature {
  controllers: Type[];
  providers: Provider[];
}
