import { randomBytes } from 'node:crypto';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';

/** A new database, owned by a new role whose search_path is its one schema. Resolves with that role's address. */
export async function createOwnDatabase(adminUrl: string, schema: string): Promise<string> {
  const name = `${schema}_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  const id = escapeIdentifier(name);
  await runSql(adminUrl, [
    `create role ${id} login password ${escapeLiteral(password)}`,
    `alter role ${id} set search_path = ${escapeIdentifier(schema)}`,
    `create database ${id} owner ${id}`,
  ]);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  await runSql(url.href, [`create schema ${escapeIdentifier(schema)} authorization ${id}`]);
  url.username = name;
  url.password = password;
  return url.href;
}

/** Runs statements one after the other, outside a transaction, on a connection of their own. */
export async function runSql(url: string, statements: string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
