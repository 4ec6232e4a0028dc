import { jwksEndpoint } from '#contracts';
import { reply, Serves } from '#service';
import { Controller } from '@nestjs/common';
import { SigningKeys } from './signing-keys.ts';

@Controller()
export class JwksController {
  constructor(private readonly keys: SigningKeys) {}

  @Serves(jwksEndpoint)
  async jwks() {
    return reply(200, { keys: await this.keys.publicKeys() }, { 'cache-control': 'public, max-age=15' });
  }
}
