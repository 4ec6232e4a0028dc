import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds everything that one person wrote, whatever the show, and what quotes a line: for taking it away. */
export class Authors1763600000002 implements MigrationInterface {
  name = 'Authors1763600000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX chat_line_person ON chat_line (author_id)');
    await runner.query(
      `CREATE INDEX chat_line_quote ON chat_line ((line->'replyTo'->>'id')) WHERE line ? 'replyTo'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX chat_line_quote');
    await runner.query('DROP INDEX chat_line_person');
  }
}
