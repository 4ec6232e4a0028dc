import { defineErrors } from './define.ts';

/** Refusals of ingest. */
export const ingestErrors = defineErrors({
  stream_key_not_found: { status: 404, title: 'This shop has no such stream key', retry: 'no' },
  stream_key_revoked: { status: 409, title: 'The stream key has been revoked', retry: 'no' },
  too_many_stream_keys: {
    status: 409,
    title: 'This shop has as many stream keys as it may have',
    retry: 'no',
  },
  show_not_known: { status: 404, title: 'Ingest knows no such show (yet)', retry: 'later' },
  stream_over: { status: 410, title: 'The stream is over', retry: 'no' },
});
