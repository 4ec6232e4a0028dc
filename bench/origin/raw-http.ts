import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** What came back for one request. `body` is kept only when it was asked for. */
export interface RawAnswer {
  status: number;
  length: number;
  body: Buffer | undefined;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const MOST_HEAD_BYTES = 16 * 1024;
/** All sockets of the process read into this one: what is kept is copied, the rest costs no memory. */
const readBuffer = Buffer.allocUnsafe(256 * 1024);

/**
 * One connection that stays open and asks one thing after the other, with as little work per request as a socket allows: the
 * load must not need the processor that what is loaded could use. Knows answers with `Content-Length` only.
 */
export class RawHttp {
  private readonly socket: Socket;
  private readonly host: string;
  private head: Buffer | undefined;
  private kept: Buffer[] = [];
  private left = 0;
  private answer: RawAnswer | undefined;
  private settle: ((answer: RawAnswer | Error) => void) | undefined;

  constructor(url: URL) {
    this.host = url.host;
    this.socket = connect({
      host: url.hostname,
      port: Number(url.port),
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (count) => {
          this.take(readBuffer.subarray(0, count));
          return true;
        },
      },
    });
    this.socket.once('error', (error) => this.fail(error));
    this.socket.once('close', () => this.fail(new Error('the connection ended')));
  }

  /** Asks for a path; rejects when the connection fails. */
  get(path: string, keepBody: boolean): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      this.settle = (answer) => (answer instanceof Error ? reject(answer) : resolve(answer));
      this.kept = keepBody ? [] : NOTHING_KEPT;
      this.socket.write(`GET ${path} HTTP/1.1\r\nHost: ${this.host}\r\nAccept-Encoding: gzip\r\n\r\n`);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private take(bytes: Buffer): void {
    const body = this.answer ? bytes : this.takeHead(bytes);
    if (!this.answer || !body) return;
    if (this.kept !== NOTHING_KEPT && body.length > 0) this.kept.push(Buffer.from(body));
    this.left -= body.length;
    if (this.left > 0) return;
    const { answer } = this;
    this.answer = undefined;
    if (this.kept !== NOTHING_KEPT) answer.body = Buffer.concat(this.kept);
    this.settle?.(answer);
  }

  /** What of `bytes` is body, once the head is complete. */
  private takeHead(bytes: Buffer): Buffer | undefined {
    const head = this.head ? Buffer.concat([this.head, bytes]) : bytes;
    const end = head.indexOf(HEAD_END);
    if (end < 0) {
      if (head.length > MOST_HEAD_BYTES) this.fail(new Error('a head without an end'));
      this.head = Buffer.from(head);
      return undefined;
    }
    this.head = undefined;
    const text = head.toString('latin1', 0, end);
    const status = Number(text.slice(9, 12));
    const [, length = 'none'] = /\r\ncontent-length: (\d+)/i.exec(text) ?? [];
    if (length === 'none' && status !== 204) {
      this.fail(new Error(`an answer without Content-Length: ${text}`));
      return undefined;
    }
    this.left = Number(length);
    this.answer = { status, length: this.left, body: undefined };
    return head.subarray(end + HEAD_END.length);
  }

  private fail(error: Error): void {
    this.settle?.(error);
    this.settle = undefined;
    this.socket.destroy();
  }
}

const NOTHING_KEPT: Buffer[] = [];
