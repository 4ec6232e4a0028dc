import { readEnv } from '#process';
import { accountsEnv } from './accounts.env.ts';
import { startAccounts } from './start-accounts.ts';

await startAccounts(readEnv(accountsEnv));
