import { Failure, explain } from '../bootstrap/failure.mjs';
import { createSchemas } from './schemas.ts';

/** Schemas of all processes, with the variable that holds each role's password. */
const PASSWORDS = {
  accounts: 'ACCOUNTS_DB_PASSWORD',
  catalog: 'CATALOG_DB_PASSWORD',
  checkout: 'CHECKOUT_DB_PASSWORD',
  chat: 'CHAT_DB_PASSWORD',
  ingest: 'INGEST_DB_PASSWORD',
  payments_sandbox: 'PAYMENTS_SANDBOX_DB_PASSWORD',
};

// Gives each process of a deployment its role and schema, with a DATABASE_URL that may do so. Safe to run before every start.
try {
  const { DATABASE_URL: url = '', ...env } = process.env;
  const missing = Object.values(PASSWORDS).filter((name) => !env[name]);
  if (!url) missing.unshift('DATABASE_URL');
  if (missing.length > 0)
    throw new Failure(`Not set: ${missing.join(', ')}.`, 'See infra/docker/.env.example.');
  const schemas = Object.keys(PASSWORDS) as (keyof typeof PASSWORDS)[];
  await createSchemas(url, schemas, (schema) => env[PASSWORDS[schema as keyof typeof PASSWORDS]] ?? '');
  console.log(`Roles and schemas are in place: ${schemas.join(', ')}.`);
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
