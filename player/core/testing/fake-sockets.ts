import type { ClientFrame, FrameReply } from '#contracts';
import type { LiveSocket } from '../live/connection.ts';

/** A server end that a test plays by hand: every socket that was opened, in order. */
export function fakeSockets() {
  const opened: FakeSocket[] = [];
  return { opened, open: () => (opened.push(new FakeSocket()), opened.at(-1) as FakeSocket) };
}

/** A socket whose other end is the test. */
export class FakeSocket implements LiveSocket {
  closed = false;
  readonly frames: { frame: ClientFrame; acknowledge: (reply: FrameReply) => void }[] = [];
  private acts: Record<string, ((data: never) => void)[]> = {};

  onOpen = (act: () => void) => this.listen('connect', act);
  onClose = (act: () => void) => this.listen('disconnect', act);
  on: LiveSocket['on'] = (event, act) => this.listen(event, act);
  emit: LiveSocket['emit'] = (frame, acknowledge) => void this.frames.push({ frame, acknowledge });
  close = () => void (this.closed = true);
  fire(event: string, data?: unknown) {
    for (const act of this.acts[event] ?? []) act(data as never);
  }

  private listen(event: string, act: (data: never) => void) {
    (this.acts[event] ??= []).push(act);
  }
}
