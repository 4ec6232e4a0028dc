import { refuse, type Refusal } from '#service';
import type { FastifyRequest } from 'fastify';

const ALT_LENGTH = 300;

/** A form with one file and a few words. */
export interface Upload {
  bytes: Buffer;
  alt: string;
}

/** Reads the form fields `file` and `alt`; throws the refusal of a body that is none, too large or without a file. */
export async function readUpload(request: FastifyRequest): Promise<Upload> {
  if (!request.isMultipart()) throw refuse('unsupported_media_type', { detail: 'Send multipart/form-data.' });
  let bytes: Buffer | undefined;
  let alt = '';
  try {
    for await (const part of request.parts()) {
      if (part.type === 'file') {
        const content = await part.toBuffer();
        if (part.fieldname === 'file') bytes = content;
      } else if (part.fieldname === 'alt') {
        alt = String(part.value);
      }
    }
  } catch (error) {
    throw asRefusal(error);
  }
  if (!bytes)
    throw refuse('invalid_request', {
      extra: { faults: [{ at: 'body.file', message: 'a file is needed' }] },
    });
  return {
    bytes,
    alt: alt
      .normalize('NFC')
      .replaceAll(/\p{Cc}/gu, ' ')
      .trim()
      .slice(0, ALT_LENGTH),
  };
}

function asRefusal(error: unknown): Refusal {
  const { statusCode } = error as { statusCode?: number };
  return refuse(statusCode === 413 ? 'body_too_large' : 'malformed_body', { cause: error });
}
