import { getContactEndpoint, lookUpUsersEndpoint, type AnswerOf, type InputOf } from '#contracts';
import { In, refuse, Serves } from '#service';
import { Controller } from '@nestjs/common';
import { DataSource, In as OneOf } from 'typeorm';
import { User } from '../database/entities/user.entity.ts';

/** What other processes ask about people. */
@Controller()
export class InternalPeopleController {
  constructor(private readonly database: DataSource) {}

  @Serves(lookUpUsersEndpoint)
  async lookUp(
    @In() { body }: InputOf<typeof lookUpUsersEndpoint>,
  ): Promise<AnswerOf<typeof lookUpUsersEndpoint>> {
    const users = await this.database.manager.findBy(User, { userId: OneOf(body.userIds) });
    return {
      users: users.map(({ userId, displayName, kind, bannedAt }) => ({
        userId,
        displayName,
        kind,
        banned: bannedAt !== null,
      })),
    };
  }

  @Serves(getContactEndpoint)
  async contact(
    @In() { params }: InputOf<typeof getContactEndpoint>,
  ): Promise<AnswerOf<typeof getContactEndpoint>> {
    const user = await this.database.manager.findOneBy(User, { userId: params.userId });
    if (!user?.email) throw refuse('user_not_found');
    return { userId: user.userId, email: user.email, displayName: user.displayName };
  }
}
