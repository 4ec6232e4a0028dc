import { errorContexts } from '#contracts';
import type { ErrorDefinition, Retry } from '#contracts';
import { renderTable } from './generated-file.ts';
import type { GeneratedFile } from './generated-file.ts';

const RETRY_MEANINGS: Record<Retry, string> = {
  no: 'no: it would be refused again',
  later: 'later: after a pause, or after `Retry-After`',
  same: 'yes: the same request again',
};

/** docs/errors.md: every code a caller can meet, from libs/contracts/errors. */
export function errorsDoc(): GeneratedFile {
  const sections = Object.entries(errorContexts).map(([context, errors]) => section(context, errors));
  const text = `# Error codes

Generated from \`libs/contracts/errors\` by \`npm run generate\`; change the codes there.

Every refusal over HTTP is \`application/problem+json\` (RFC 9457) with a stable \`code\`; sockets carry the same codes. A code keeps its
meaning for ever: one that is no longer used is never given to something else.

${sections.join('\n\n')}
`;
  return { path: 'docs/errors.md', text };
}

function section(context: string, errors: Record<string, ErrorDefinition>): string {
  const rows = Object.entries(errors).map(([code, { status, title, retry }]) => [
    `\`${code}\``,
    String(status),
    title,
    RETRY_MEANINGS[retry],
  ]);
  return `## ${heading(context)}\n\n${renderTable(['Code', 'Status', 'Meaning', 'Does a retry help?'], rows)}`;
}

/** `checkoutHolds` as `Checkout holds`. */
function heading(context: string): string {
  const words = context.replaceAll(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
