import { constants, deflateRawSync } from 'node:zlib';

/** FIN + text; the payload is never masked from server to client (RFC 6455, 5.2). */
const TEXT = 0x81;
/** FIN + RSV1 + text: the payload is deflated (RFC 7692, 6). */
const DEFLATED_TEXT = 0xc1;
/** Below this a frame is hardly smaller when it is deflated. */
const DEFLATE_MIN_BYTES = 256;
/** A sync flush ends with these four bytes, which RFC 7692, 7.2.1 leaves out. */
const FLUSH_TAIL_BYTES = 4;
/** Level 4 costs a third of level 6 and gives up about 5% on chat text. */
const DEFLATE_LEVEL = 4;

/** One socket.io event packet as text: engine.io message, socket.io event, default namespace. */
export function eventText(event: string, json: string): string {
  return `42["${event}",${json}]`;
}

/** A whole WebSocket frame that carries `payload` as text. */
export function textFrame(payload: Buffer): Buffer {
  return frame(TEXT, payload);
}

/**
 * The same message compressed by itself, so that one buffer serves every socket that agreed to
 * `server_no_context_takeover`; the plain frame when compressing does not pay.
 */
export function deflatedFrame(payload: Buffer): Buffer {
  if (payload.length < DEFLATE_MIN_BYTES) return textFrame(payload);
  const deflated = deflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH, level: DEFLATE_LEVEL });
  const body = deflated.subarray(0, deflated.length - FLUSH_TAIL_BYTES);
  return body.length < payload.length ? frame(DEFLATED_TEXT, body) : textFrame(payload);
}

function frame(firstByte: number, payload: Buffer): Buffer {
  const length = payload.length;
  const headerBytes = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const out = Buffer.allocUnsafe(headerBytes + length);
  out[0] = firstByte;
  if (headerBytes === 2) out[1] = length;
  else if (headerBytes === 4) {
    out[1] = 126;
    out.writeUInt16BE(length, 2);
  } else {
    out[1] = 127;
    out.writeBigUInt64BE(BigInt(length), 2);
  }
  payload.copy(out, headerBytes);
  return out;
}

/** A message in every form in which a socket may want it; each form is made once, when first asked for. */
export class SharedFrame {
  readonly #plain: Buffer;
  readonly #payloadAt: number;
  #deflated: Buffer | undefined;

  constructor(text: string) {
    const payload = Buffer.from(text, 'utf8');
    this.#plain = textFrame(payload);
    this.#payloadAt = this.#plain.length - payload.length;
  }

  /** The message as text. */
  get payload(): Buffer {
    return this.#plain.subarray(this.#payloadAt);
  }

  bytesFor(deflate: boolean): Buffer {
    return deflate ? (this.#deflated ??= deflatedFrame(this.payload)) : this.#plain;
  }

  /** The event's argument alone. */
  get json(): string {
    const text = this.payload.toString('utf8');
    return text.slice(text.indexOf(',') + 1, -1);
  }
}
