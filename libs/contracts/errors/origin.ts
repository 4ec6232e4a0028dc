import { defineErrors } from './define.ts';

/** Refusals of the origin; all up to `storage_full` are told to transcoders. */
export const originErrors = defineErrors({
  stale_generation: { status: 409, title: 'Another worker has taken over this stream', retry: 'no' },
  stream_ended: { status: 409, title: 'The stream is over', retry: 'no' },
  part_out_of_order: { status: 409, title: 'This part is not the one that comes next', retry: 'no' },
  storage_full: { status: 507, title: 'The origin has no room for this', retry: 'later' },
  show_deleted: { status: 410, title: 'The show and its recording were deleted', retry: 'no' },
  show_on_air: { status: 409, title: 'The show is still on air', retry: 'later' },
  clip_span: { status: 422, title: 'There is no clip of that span', retry: 'no' },
});
