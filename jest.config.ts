import { readFileSync } from 'node:fs';
import type { Config } from 'jest';

const swc = JSON.parse(readFileSync(new URL('.swcrc', import.meta.url), 'utf8')) as {
  $schema?: string;
  jsc: { rewriteRelativeImportExtensions?: boolean };
};
delete swc.$schema;
delete swc.jsc.rewriteRelativeImportExtensions; // the tests load the .ts files themselves

/** What every kind of test shares: TypeScript sources as ES modules, with libraries resolved to their source. */
const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: { '^.+\\.tsx?$': ['@swc/jest', { ...swc, swcrc: false }] },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.data/'],
  setupFiles: ['reflect-metadata'],
} satisfies Config;

/** Kinds of test that use real servers: one PostgreSQL cluster for the whole run, started before the first of them. */
const withServers = {
  ...shared,
  globalSetup: '<rootDir>/tools/test/shared-servers.ts',
  globalTeardown: '<rootDir>/tools/test/stop-shared-servers.ts',
} satisfies Config;

const integrationNames = '\\.int\\.spec\\.tsx?$';

const config: Config = {
  rootDir: import.meta.dirname,
  maxWorkers: 2,
  testTimeout: 60_000, // a guard against hanging, not a measure of speed: machines may be busy
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{apps,libs,transcoder,tools,player,infra,bench}/**/*.spec.{ts,tsx}'],
      testPathIgnorePatterns: ['/node_modules/', integrationNames],
    },
    {
      ...withServers,
      displayName: 'integration',
      testMatch: ['<rootDir>/{apps,libs,transcoder,tools,infra}/**/*.int.spec.ts'],
    },
    {
      ...shared,
      displayName: 'journeys',
      testMatch: ['<rootDir>/test/**/*.journey.ts'],
      globalSetup: '<rootDir>/test/support/start-for-journeys.ts',
      globalTeardown: '<rootDir>/test/support/stop-after-journeys.ts',
    },
    { ...withServers, displayName: 'faults', testMatch: ['<rootDir>/test/**/*.fault.ts'] },
  ],
};

export default config;
