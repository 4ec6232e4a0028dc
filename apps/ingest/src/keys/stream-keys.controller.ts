import {
  createStreamKeyEndpoint,
  listStreamKeysEndpoint,
  revokeStreamKeyEndpoint,
  rotateStreamKeyEndpoint,
  type Identity,
  type InputOf,
  type StreamKeySecret,
} from '#contracts';
import { Caller, In, refuse, requireShop, Serves } from '#service';
import { Controller, Inject } from '@nestjs/common';
import { IngestParts } from '../ingest-parts.ts';
import {
  createStreamKey,
  listStreamKeys,
  revokeStreamKey,
  rotateStreamKey,
  type CreatedKey,
} from './stream-keys.ts';

/** Stream keys of a shop: for its hosts and those above them. */
@Controller()
export class StreamKeysController {
  private readonly parts: IngestParts;
  constructor(@Inject(IngestParts) parts: IngestParts) {
    this.parts = parts;
  }

  @Serves(createStreamKeyEndpoint)
  async create(@In() input: InputOf<typeof createStreamKeyEndpoint>, @Caller() caller: Identity) {
    const { shopId } = input.params;
    requireShop(caller, shopId, 'stream-keys:write');
    const owner = { shopId, hostId: caller.userId, seriesId: input.body.seriesId, label: input.body.label };
    const created = await createStreamKey(this.parts.query, owner);
    if (created === 'barred') throw refuse('forbidden');
    if (created === 'too_many') throw refuse('too_many_stream_keys');
    return this.withSecret(created);
  }

  @Serves(listStreamKeysEndpoint)
  async list(@In() input: InputOf<typeof listStreamKeysEndpoint>, @Caller() caller: Identity) {
    requireShop(caller, input.params.shopId, 'stream-keys:write');
    return { items: await listStreamKeys(this.parts.query, input.params.shopId) };
  }

  @Serves(rotateStreamKeyEndpoint)
  async rotate(@In() input: InputOf<typeof rotateStreamKeyEndpoint>, @Caller() caller: Identity) {
    const { shopId, keyId } = input.params;
    requireShop(caller, shopId, 'stream-keys:write');
    const rotated = await rotateStreamKey(this.parts.query, shopId, keyId);
    if (rotated === 'not_found') throw refuse('stream_key_not_found');
    if (rotated === 'revoked') throw refuse('stream_key_revoked');
    this.parts.publishers.cutKey(keyId);
    return this.withSecret(rotated);
  }

  @Serves(revokeStreamKeyEndpoint)
  async revoke(@In() input: InputOf<typeof revokeStreamKeyEndpoint>, @Caller() caller: Identity) {
    const { shopId, keyId } = input.params;
    requireShop(caller, shopId, 'stream-keys:write');
    if (!(await revokeStreamKey(this.parts.query, shopId, keyId))) throw refuse('stream_key_not_found');
    this.parts.publishers.cutKey(keyId);
  }

  private withSecret({ key, secret }: CreatedKey): StreamKeySecret {
    return { ...key, ...this.parts.addresses, streamKey: secret.streamKey };
  }
}
