import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { Failure } from '../bootstrap/failure.mjs';

const DATABASE = 'showfloor';

/** Creates our database in a private cluster, where it is missing; answers its address for the same role. */
export async function createOwnDatabase(clusterUrl: string): Promise<string> {
  const client = new Client({ connectionString: clusterUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (!rowCount) await client.query(`create database ${escapeIdentifier(DATABASE)}`);
  } finally {
    await client.end();
  }
  const url = new URL(clusterUrl);
  url.pathname = `/${DATABASE}`;
  return url.href;
}

/**
 * Gives every process its schema and a role that sees only that schema. May be repeated; passwords are set anew each time.
 * Resolves with each process's own address.
 */
export async function createSchemas(
  adminUrl: string,
  schemas: string[],
  password: (schema: string) => string,
): Promise<Record<string, string>> {
  const client = new Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000 });
  await connect(client, adminUrl);
  try {
    const addresses: Record<string, string> = {};
    for (const schema of schemas) {
      const role = `showfloor_${schema}`;
      await createSchema(client, schema, role, password(schema));
      addresses[schema] = withCredentials(adminUrl, role, password(schema));
    }
    return addresses;
  } catch (cause) {
    if ((cause as { code?: string }).code !== '42501') throw cause;
    throw new Failure(
      `The role in DATABASE_URL may not create roles and schemas (${(cause as Error).message}).`,
      'Give it the right with "alter role NAME createrole; grant create on database NAME to NAME", or leave DATABASE_URL out.',
    );
  } finally {
    await client.end();
  }
}

async function connect(client: Client, url: string): Promise<void> {
  try {
    await client.connect();
  } catch (cause) {
    throw new Failure(
      `PostgreSQL at ${new URL(url).host} does not answer or does not let us in: ${(cause as Error).message}.`,
      'Correct DATABASE_URL, or leave it out to use a private PostgreSQL.',
    );
  }
}

async function createSchema(client: Client, schema: string, role: string, password: string): Promise<void> {
  const [id, owner] = [escapeIdentifier(schema), escapeIdentifier(role)];
  const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [role]);
  await client.query(
    `${rowCount ? 'alter' : 'create'} role ${owner} login password ${escapeLiteral(password)}`,
  );
  const { rows } = await client.query<{ name: string; member: boolean }>(
    `select current_database() as name, pg_has_role(current_user, $1, 'member') as member`,
    [role],
  );
  const [row] = rows;
  if (!row?.member) await client.query(`grant ${owner} to current_user`);
  await client.query(`create schema if not exists ${id} authorization ${owner}`);
  await client.query(
    `alter role ${owner} in database ${escapeIdentifier(row?.name ?? DATABASE)} set search_path = ${id}`,
  );
}

function withCredentials(url: string, user: string, password: string): string {
  const own = new URL(url);
  own.username = user;
  own.password = password;
  return own.href;
}
