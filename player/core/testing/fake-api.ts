import { problemOf, type CallResult, type Endpoint, type ErrorCode } from '#contracts';
import type { Api } from '../api/api.ts';

interface Asked {
  name: string;
  request: Record<string, never>;
}

type Answer = { body: unknown } | { refuse: ErrorCode };

/** An api whose answers a test lines up by endpoint name; the last one of a name is given again. */
export function fakeApi(answers: Record<string, Answer[]>) {
  const asked: Asked[] = [];
  const api: Api = {
    call: async <T extends Endpoint>(endpoint: T, request: unknown) => {
      asked.push({ name: endpoint.name, request: request as Asked['request'] });
      const line = answers[endpoint.name];
      const answer = line && line.length > 1 ? line.shift() : line?.[0];
      if (!answer) throw new Error(`the test has no answer for ${endpoint.name}`);
      return (
        'body' in answer
          ? { ok: true, status: 200, body: answer.body, headers: new Headers() }
          : { ok: false, status: problemOf(answer.refuse).status, problem: problemOf(answer.refuse) }
      ) as CallResult<never>;
    },
  };
  return { api, asked, names: () => asked.map(({ name }) => name) };
}
