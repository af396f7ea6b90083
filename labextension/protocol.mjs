// Writes src/protocol.ts from the schema that both sides share. `npm run generate`; the tests check that it is up to date.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { compile } from 'json-schema-to-typescript';
import { format, resolveConfig } from 'prettier';

const SCHEMA = fileURLToPath(new URL('../kernel/brainpy_kernel/protocol.schema.json', import.meta.url));
export const TARGET = fileURLToPath(new URL('./src/protocol.ts', import.meta.url));

const BANNER =
  '// Made by `npm run generate` from kernel/brainpy_kernel/protocol.schema.json: change that file, not this one.';

export async function protocolTypes() {
  const schema = JSON.parse(await readFile(SCHEMA, 'utf8'));
  const text = await compile(schema, 'Protocol', { bannerComment: BANNER, additionalProperties: false, format: false });
  return format(text, { ...(await resolveConfig(TARGET)), filepath: TARGET });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(TARGET, await protocolTypes());
}
