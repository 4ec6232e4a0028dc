import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { commonEnv } from '#process';
import { z } from 'zod';
import { boundsOf, typeOf } from './json-schema-text.ts';
import type { JsonSchema } from './json-schema-text.ts';
import { renderTable } from './generated-file.ts';
import type { GeneratedFile } from './generated-file.ts';

const SCHEMAS = ['apps/*/src/*.env.ts', 'transcoder/src/*.env.ts', 'infra/edge/*.env.ts'];

/** docs/env.md: every variable of every process, from its one schema. */
export async function envDoc(root: string): Promise<GeneratedFile> {
  const files = globSync(SCHEMAS, { cwd: root }).toSorted();
  const sections: string[] = [];
  for (const file of files) sections.push(await describeProcess(root, file));
  const text = `# Environment

Generated from each process's \`*.env.ts\` by \`npm run generate\`; change the schemas there.

A process reads its environment once, names every fault in it at once, and ends with exit code 78 (a supervisor should not start it
again unchanged). \`npm start\` sets everything below by itself; what you export before it wins. "required" means that there is no default.

## Every process

${renderVariables(commonEnv)}

${sections.join('\n\n')}
`;
  return { path: 'docs/env.md', text };
}

async function describeProcess(root: string, file: string): Promise<string> {
  const module = (await import(pathToFileURL(join(root, file)).href)) as Record<string, unknown>;
  const schema = Object.values(module).find((value): value is z.ZodObject => value instanceof z.ZodObject);
  if (!schema) throw new Error(`${file} exports no zod object`);
  const name = basename(file, '.env.ts');
  const own = renderVariables(schema, commonEnv);
  return `## ${name}\n\n\`${file}\`\n\n${own || 'Nothing beyond what every process has.'}`;
}

/** The variables of a schema as a table, without those that `except` defines alike. */
function renderVariables(schema: z.ZodObject, except?: z.ZodObject): string {
  const known = except ? propertiesOf(except) : {};
  const rows = Object.entries(propertiesOf(schema))
    .filter(([name, property]) => JSON.stringify(known[name]) !== JSON.stringify(property))
    .map(([name, property]) => row(name, property, isRequired(schema, name)));
  return rows.length > 0 ? renderTable(['Variable', 'Value', 'Default', 'Meaning'], rows) : '';
}

function propertiesOf(schema: z.ZodObject): Record<string, JsonSchema> {
  const text = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return text.properties ?? {};
}

function isRequired(schema: z.ZodObject, name: string): boolean {
  const member = schema.shape[name] as z.ZodType | undefined;
  return member !== undefined && !member.safeParse(undefined).success;
}

function row(name: string, property: JsonSchema, required: boolean): string[] {
  const value = [valueOf(name, property), boundsOf(property)].filter(Boolean).join(', ');
  const standard = property.default === undefined ? '' : `\`${String(property.default)}\``;
  return [`\`${name}\``, value, required ? 'required' : standard, property.description ?? ''];
}

/** Coerced values have no input type in JSON Schema; what a person may write is known all the same. */
function valueOf(name: string, property: JsonSchema): string {
  if (name.endsWith('PORT')) return 'port';
  if (property.format === 'uri') return 'address';
  const type = typeOf(property);
  return type === 'anything' ? 'number' : type.replace('string', 'text');
}
