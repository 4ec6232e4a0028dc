import type { GoLiveMode, ShowState, ShowVisibility } from '#contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How the stream of a show stands at ingest. */
export type StreamState = 'none' | 'on' | 'interrupted' | 'over';

/** A live show: announced, on air, over. */
@Entity('shows')
export class Show {
  @PrimaryColumn('uuid', { name: 'show_id' })
  showId!: string;

  @Column('uuid', { name: 'shop_id' })
  shopId!: string;

  @Column('uuid', { name: 'host_id' })
  hostId!: string;

  @Column('uuid', { name: 'series_id' })
  seriesId!: string;

  @Column('text')
  title!: string;

  @Column('text')
  description!: string;

  @Column('timestamptz', { name: 'starts_at' })
  startsAt!: Date;

  @Column('text')
  visibility!: ShowVisibility;

  @Column('text')
  state!: ShowState;

  @Column('text', { name: 'go_live' })
  goLive!: GoLiveMode;

  @Column('boolean', { name: 'guest_chat' })
  guestChat!: boolean;

  @Column('text', { name: 'poster_hash', nullable: true })
  posterHash!: string | null;

  /** The stream on air or the last that was, with the version of its latest event that was heard. */
  @Column('uuid', { name: 'stream_id', nullable: true })
  streamId!: string | null;

  @Column('integer', { name: 'stream_version' })
  streamVersion!: number;

  @Column('text', { name: 'stream_state' })
  streamState!: StreamState;

  @Column('timestamptz', { name: 'live_at', nullable: true })
  liveAt!: Date | null;

  @Column('timestamptz', { name: 'paused_at', nullable: true })
  pausedAt!: Date | null;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;

  @Column('integer')
  version!: number;

  @Column('text', { name: 'request_key', select: false })
  requestKey!: string;
}
