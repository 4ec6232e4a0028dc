import {
  createGuestEndpoint,
  getSessionEndpoint,
  logInEndpoint,
  logOutEndpoint,
  signUpEndpoint,
  type AccountView,
  type CallResult,
  type Problem,
  type RequestOf,
} from '#contracts';
import { createStore, type Readable } from '../store.ts';
import type { Api } from './api.ts';

/** Who sits before the page. `unknown` lasts until the first answer of the server. */
export type SessionState =
  | { status: 'unknown'; account: null }
  | { status: 'nobody'; account: null }
  | { status: 'guest'; account: AccountView }
  | { status: 'user'; account: AccountView };

export interface Session extends Readable<SessionState> {
  /** Asks the server who the caller is; failures leave what was known. */
  load(): Promise<void>;
  logIn(body: RequestOf<typeof logInEndpoint>['body']): Promise<Problem | null>;
  signUp(body: RequestOf<typeof signUpEndpoint>['body']): Promise<Problem | null>;
  /** Takes a name for the chat without an account. */
  beGuest(displayName: string): Promise<Problem | null>;
  logOut(): Promise<Problem | null>;
  /** The server said that the session is over. */
  ended(): void;
}

const NOBODY: SessionState = { status: 'nobody', account: null };

/** Creates the session of this page. Tokens stay in cookies that no script can read; only the account is kept here. */
export function createSession(api: Api): Session {
  const store = createStore<SessionState>({ status: 'unknown', account: null });
  const enter = (result: CallResult<{ account: AccountView }>): Problem | null => {
    if (!result.ok) return result.problem;
    store.set(stateOf(result.body.account));
    return null;
  };
  return {
    get: store.get,
    subscribe: store.subscribe,
    async load() {
      const result = await api.call(getSessionEndpoint, {});
      if (result.ok) store.set(stateOf(result.body.account));
      else if (store.get().status === 'unknown') store.set(NOBODY);
    },
    logIn: async (body) => enter(await api.call(logInEndpoint, { body })),
    signUp: async (body) => enter(await api.call(signUpEndpoint, { body })),
    beGuest: async (displayName) => enter(await api.call(createGuestEndpoint, { body: { displayName } })),
    async logOut() {
      const result = await api.call(logOutEndpoint, {});
      if (!result.ok) return result.problem;
      store.set(NOBODY);
      return null;
    },
    ended: () => store.set(NOBODY),
  };
}

function stateOf(account: AccountView | null): SessionState {
  return account ? { status: account.kind, account } : NOBODY;
}
