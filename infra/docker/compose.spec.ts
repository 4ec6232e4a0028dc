import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { composeFile } from './compose-schema.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const text = read('docker-compose.yml');
const raw = parse(text, { merge: true }) as Record<string, unknown>;
const withoutExtensions = Object.fromEntries(Object.entries(raw).filter(([key]) => !key.startsWith('x-')));
const compose = composeFile.parse(withoutExtensions);
const services = Object.entries(compose.services);
const dockerfile = read('infra/docker/Dockerfile');
const targets = [...dockerfile.matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, name]) => name);
const example = new Set(
  [...read('infra/docker/.env.example').matchAll(/^([A-Z0-9_]+)=/gm)].map(([, name]) => name),
);

/** Every process of the architecture, with what runs before them. */
const PROCESSES = [
  'accounts',
  'catalog',
  'checkout',
  'chat',
  'ingest',
  'origin',
  'payments-sandbox',
  'transcoder',
];

describe('docker-compose.yml', () => {
  it('keeps to the Compose specification', () => {
    expect(composeFile.safeParse(withoutExtensions).error).toBeUndefined();
  });

  it('refuses what the specification does not know', () => {
    const wrong = structuredClone(withoutExtensions) as { services: Record<string, Record<string, unknown>> };
    wrong.services['redis'] = { ...wrong.services['redis'], port: ['6379:6379'] };
    expect(composeFile.safeParse(wrong).success).toBe(false);
  });

  it('has the servers, the set-up, every process and the edge', () => {
    expect(Object.keys(compose.services).toSorted()).toEqual(
      ['postgres', 'redis', 'nats', 'setup', 'edge', ...PROCESSES].toSorted(),
    );
  });

  it('builds only targets that the Dockerfile has', () => {
    for (const [, { build }] of services) if (build) expect(targets).toContain(build.target);
  });

  it('waits for health only where something measures it', () => {
    for (const [name, { depends_on: dependencies = {} }] of services) {
      for (const [needed, { condition }] of Object.entries(dependencies)) {
        const target = compose.services[needed];
        expect({ name, needed, known: target !== undefined }).toEqual({ name, needed, known: true });
        const measured = target?.healthcheck !== undefined || PROCESSES.includes(needed);
        if (condition === 'service_healthy')
          expect({ name, needed, measured }).toEqual({ name, needed, measured: true });
      }
    }
  });

  it('keeps data in declared volumes', () => {
    const used = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]));
    expect(new Set(used)).toEqual(new Set(Object.keys(compose.volumes)));
  });

  it('takes every secret and setting from variables that the example names', () => {
    const used = new Set([...text.matchAll(/\$\{([A-Z0-9_]+)[:}]/g)].map(([, name]) => name));
    expect([...used].filter((name) => !example.has(name))).toEqual([]);
    // COMPOSE_PROFILES is read by compose itself.
    expect([...example].filter((name) => !used.has(name))).toEqual(['COMPOSE_PROFILES']);
  });
});

describe('Dockerfile', () => {
  it('starts from node:24-bookworm-slim only', () => {
    const stages = new Set(targets);
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)]
      .map(([, base = '']) => base)
      .filter((base) => !stages.has(base));
    expect(new Set(bases)).toEqual(new Set(['node:24-bookworm-slim']));
  });

  it('ends every process as an ordinary user', () => {
    for (const stage of dockerfile.split(/^FROM /m).slice(1)) {
      const users = [...stage.matchAll(/^USER (\S+)$/gm)].map(([, user]) => user);
      expect(users.at(-1) ?? 'inherited').toMatch(/^(node|inherited)$/);
    }
  });
});
