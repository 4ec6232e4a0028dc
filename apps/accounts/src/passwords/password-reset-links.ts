import type { AnswerOf, createPasswordResetEndpoint } from '#contracts';
import type { Actor } from '../members/members.ts';
import { ResetPassword, type MadeReset } from './reset-password.ts';

type Link = AnswerOf<typeof createPasswordResetEndpoint>;

/** Links to the page where a lost password is replaced. */
export class PasswordResetLinks {
  private readonly resets: ResetPassword;
  private readonly publicUrl: string;

  constructor(resets: ResetPassword, publicUrl: string) {
    this.resets = resets;
    this.publicUrl = publicUrl;
  }

  async make(
    userId: string,
    actor: Actor,
  ): Promise<{ ok: true; link: Link } | Extract<MadeReset, { ok: false }>> {
    const made = await this.resets.make(userId, actor);
    if (!made.ok) return made;
    const url = new URL('/reset-password', this.publicUrl);
    url.hash = made.token; // a fragment stays out of server logs
    return { ok: true, link: { token: made.token, url: url.href, expiresAt: made.expiresAt.toISOString() } };
  }
}
