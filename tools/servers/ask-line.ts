import { connect } from 'node:net';

const ANSWER_DEADLINE_MS = 2_000;

/** Connects to a local server, sends a request if there is one, and resolves with the first line of the answer. */
export function askLine(port: number, request?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({ port, host: '127.0.0.1' });
    const settle = (act: () => void) => {
      socket.destroy();
      act();
    };
    socket.setTimeout(ANSWER_DEADLINE_MS, () =>
      settle(() => reject(new Error(`no answer from port ${port}`))),
    );
    socket.on('error', (cause) => settle(() => reject(cause)));
    socket.on('close', () => reject(new Error(`port ${port} closed without an answer`)));
    socket.on('connect', () => request && socket.write(request));
    socket.on('data', (chunk) => {
      answer += chunk.toString('utf8');
      const end = answer.indexOf('\r\n');
      if (end >= 0) settle(() => resolve(answer.slice(0, end)));
    });
  });
}
