import * as contracts from '#contracts';
import { eventSubject, eventType } from '#contracts';
import type { EventDefinition } from '#contracts';
import { z } from 'zod';
import { typeOf } from './json-schema-text.ts';
import type { JsonSchema } from './json-schema-text.ts';
import { renderTable } from './generated-file.ts';
import type { GeneratedFile } from './generated-file.ts';

/** docs/events.md: what processes tell each other, from libs/contracts/events. */
export function eventsDoc(): GeneratedFile {
  const events = Object.values<unknown>(contracts).filter(isEvent);
  const contexts = Map.groupBy(events, (event) => event.context);
  const sections = [...contexts]
    .toSorted(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([context, list]) => {
      const sorted = list.toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
      return `## ${context}\n\n${sorted.map(describe).join('\n\n')}`;
    });
  const text = `# Events

Generated from \`libs/contracts/events\` by \`npm run generate\`; change the events there.

Events travel over NATS JetStream, stream \`EVENTS\`, at least once. A publisher writes an event into its outbox in the transaction of
the change; a consumer records its id in its inbox in the transaction of the effect, so that a repeat has none. \`version\` counts the
changes of one aggregate: drop what is not newer than what you have. Every event carries \`id\`, \`type\`, \`at\`, \`causeId\`,
\`aggregateId\`, \`version\` and \`data\`.

${sections.join('\n\n')}
`;
  return { path: 'docs/events.md', text };
}

function describe(event: EventDefinition): string {
  const schema = z.toJSONSchema(event.data, { io: 'output', unrepresentable: 'any' }) as JsonSchema;
  const required = new Set(schema.required);
  const rows = Object.entries(schema.properties ?? {}).map(([name, property]) => [
    `\`${name}\`${required.has(name) ? '' : ' (optional)'}`,
    typeOf(property, schema),
    property.description ?? '',
  ]);
  return `### ${eventType(event)}

${event.doc}

Subject \`${eventSubject(event, `<${event.aggregate}>`)}\`, published by ${event.publisher}, consumed by ${event.consumers.join(', ') || 'nobody yet'}.

${rows.length > 0 ? renderTable(['Data', 'Type', 'Note'], rows) : 'No data.'}`;
}

function isEvent(value: unknown): value is EventDefinition {
  return (
    typeof value === 'object' &&
    value !== null &&
    'aggregate' in value &&
    'publisher' in value &&
    'consumers' in value
  );
}
