// The baseline: the same Lua behind a bare Fastify, with nobody asked who they are and nothing stored.
import fastify from 'fastify';
import { connectInventoryRedis, RedisHoldStore, type SaleRef } from '#inventory';

const [redisUrl = '', sale = ''] = process.argv.slice(2);
const ref = JSON.parse(sale) as SaleRef;
const redis = connectInventoryRedis(redisUrl, { warn: () => undefined, info: () => undefined });
const store = new RedisHoldStore(redis);
const app = fastify();

interface Body {
  holdId: string;
  buyerId: string;
  lines: { variantId: string; quantity: number }[];
}

app.post<{ Body: Body }>('/holds', async ({ body }, reply) => {
  const answer = await store.reserve({ ...ref, ...body });
  if (answer.code !== 'held') return reply.status(409).send({ code: answer.code });
  return reply.status(201).send({ holdId: answer.holdId, expiresAt: answer.expiresAt });
});

process.stdout.write(`${await app.listen({ port: 0, host: '127.0.0.1' })}\n`);
