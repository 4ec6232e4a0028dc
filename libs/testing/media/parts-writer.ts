import { GENERATION_HEADER, partsWire } from '#contracts';
import type { PartQueryInput, RenditionDeclaration, SealReply } from '#contracts';

/** A transcoder's side of the parts wire: every call is one request; what the answer means is left to the caller. */
export class PartsWriter {
  readonly showId: string;
  private readonly originUrl: string;
  private readonly token: string;
  generation: number;

  constructor(originUrl: string, token: string, showId: string, generation = 1) {
    this.originUrl = originUrl;
    this.token = token;
    this.showId = showId;
    this.generation = generation;
  }

  async seal(): Promise<SealReply> {
    const answer = await this.send('POST', partsWire.seal(this.showId), {});
    if (!answer.ok) throw new Error(`seal: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as SealReply;
  }

  declare(rendition: string, declaration: RenditionDeclaration): Promise<Response> {
    return this.send('PUT', partsWire.rendition(this.showId, rendition), declaration);
  }

  init(rendition: string, run: string, bytes: Uint8Array): Promise<Response> {
    return this.send('PUT', partsWire.init(this.showId, rendition, run), bytes);
  }

  part(
    rendition: string,
    [msn, index]: readonly [number, number],
    query: PartQueryInput,
    bytes: Uint8Array,
  ): Promise<Response> {
    return this.send('PUT', partsWire.part(this.showId, rendition, msn, index, query), bytes);
  }

  end(rendition: string, msn: number): Promise<Response> {
    return this.send('POST', partsWire.end(this.showId, rendition, msn));
  }

  state(state: 'live' | 'slate' | 'ended'): Promise<Response> {
    return this.send('POST', partsWire.state(this.showId), { state });
  }

  demand(signal: AbortSignal): Promise<Response> {
    return this.send('GET', partsWire.demand(this.showId), undefined, signal);
  }

  private send(
    method: string,
    path: string,
    body?: object | Uint8Array,
    signal?: AbortSignal,
  ): Promise<Response> {
    const isMedia = body instanceof Uint8Array;
    return fetch(this.originUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        [GENERATION_HEADER]: String(this.generation),
        ...(body === undefined ? {} : { 'content-type': isMedia ? 'video/mp4' : 'application/json' }),
      },
      ...(body === undefined
        ? {}
        : { body: isMedia ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
      signal: signal ?? AbortSignal.timeout(10_000),
    });
  }
}
