import { defineErrors } from './define.ts';

/** Refusals that every process may give. */
export const commonErrors = defineErrors({
  invalid_request: { status: 400, title: 'A field is missing or not of its form', retry: 'no' },
  malformed_body: { status: 400, title: 'The body cannot be read as what it claims to be', retry: 'no' },
  idempotency_key_missing: { status: 400, title: 'This call needs an Idempotency-Key header', retry: 'no' },
  unauthenticated: { status: 401, title: 'Log in first', retry: 'no' },
  csrf_failed: { status: 403, title: 'The X-CSRF-Token header does not match the cookie', retry: 'no' },
  forbidden: { status: 403, title: 'Your role does not allow this', retry: 'no' },
  not_found: { status: 404, title: 'There is nothing here', retry: 'no' },
  method_not_allowed: { status: 405, title: 'This address does not take that method', retry: 'no' },
  conflict: { status: 409, title: 'Somebody else changed this first', retry: 'no' },
  body_too_large: { status: 413, title: 'The body is larger than allowed', retry: 'no' },
  unsupported_media_type: {
    status: 415,
    title: 'The body is of a type this call does not take',
    retry: 'no',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'This Idempotency-Key was used with another request',
    retry: 'no',
  },
  rate_limited: { status: 429, title: 'Too many requests; wait a moment', retry: 'later' },
  internal: { status: 500, title: 'Our fault; it has been recorded', retry: 'later' },
  unavailable: { status: 503, title: 'A part that this call needs is away; try again', retry: 'later' },
});
