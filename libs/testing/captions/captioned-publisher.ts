import { FlvReader, tagKind, type FlvTag } from '#flv';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { publisherArgs, type PublisherOptions } from '../publisher.ts';
import { RtmpClient } from '../rtmp/rtmp-client.ts';
import { captionSei, captionTurn } from './cea-608.ts';

export interface CaptionedPublisherOptions extends Omit<PublisherOptions, 'url'> {
  /** Where the ingest listens. */
  port: number;
  key: string;
  /** At most 32 ASCII characters; shown again and again. */
  text: string;
}

export interface CaptionedPublisher {
  /** Settles when it is over, whoever ended it. */
  readonly exited: Promise<unknown>;
  /** Ends it without a word. */
  kill(): Promise<void>;
}

/** An encoder whose H.264 carries captions inside the picture, as broadcast gear and OBS's caption plug-ins send them. */
export async function startCaptionedPublisher(
  options: CaptionedPublisherOptions,
): Promise<CaptionedPublisher> {
  const client = await RtmpClient.open({ port: options.port });
  await client.connectApp();
  const answer = await client.publish(options.key);
  if (answer !== 'NetStream.Publish.Start') throw new Error(`the publisher was refused: ${answer}`);
  const encoder = spawn('ffmpeg', publisherArgs({ ...options, url: 'pipe:1' }), {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(encoder, 'exit');
  const reader = new FlvReader();
  const caption = captions(options.text);
  encoder.stdout.on('data', (bytes: Buffer) => {
    for (const tag of reader.push(bytes)) if (!client.isClosed) client.sendTag(caption(tag));
  });
  void client.closed.then(() => encoder.kill('SIGKILL'));
  return {
    exited: Promise.all([client.closed, ended]),
    async kill() {
      client.destroy();
      await ended;
    },
  };
}

/** Puts the next pair of an endless caption before each picture; other tags pass. */
function captions(text: string): (tag: FlvTag) => FlvTag {
  const turn = captionTurn(text).map(captionSei);
  let next = 0;
  return (tag) => {
    const kind = tagKind(tag);
    const sei = turn[next % turn.length];
    if (!sei || (kind !== 'key-frame' && kind !== 'frame')) return tag;
    next += 1;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(sei.length);
    const headerBytes = 5;
    const data = Buffer.concat([
      tag.data.subarray(0, headerBytes),
      length,
      sei,
      tag.data.subarray(headerBytes),
    ]);
    return { ...tag, data };
  };
}
