// Writes the types and the guard of messages from the schema that both sides share. `npm run generate`; the tests check
// that both are up to date.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import Ajv2020 from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { compile } from 'json-schema-to-typescript';
import { format, resolveConfig } from 'prettier';

const SCHEMA = fileURLToPath(new URL('../kernel/brainpy_kernel/protocol.schema.json', import.meta.url));
const TYPES = fileURLToPath(new URL('./src/protocol.ts', import.meta.url));
const GUARD = fileURLToPath(new URL('./src/guards.ts', import.meta.url));

const BANNER =
  '// Made by `npm run generate` from kernel/brainpy_kernel/protocol.schema.json: change that file, not this one.';

/** What is made: the path of each file, and the function that gives its text. */
export const MADE = {
  types: { path: TYPES, text: protocolTypes },
  guard: { path: GUARD, text: messageGuard }
};

async function protocolTypes() {
  const text = await compile(await readSchema(), 'Protocol', {
    bannerComment: BANNER,
    additionalProperties: false,
    format: false
  });
  return pretty(text, TYPES);
}

/** Compiled here and not in the browser, whose content security policy may forbid code made from text. */
async function messageGuard() {
  const schema = withMoreProperties(await readSchema());
  const kernelMessage = `${schema.$id}#/$defs/KernelMessage`;
  const ajv = new Ajv2020({
    schemas: [schema],
    allowUnionTypes: true,
    messages: false,
    code: { source: true, esm: true }
  });
  const text = [
    BANNER,
    '// @ts-nocheck: written by ajv, in JavaScript',
    "import type { KernelMessage } from './protocol';",
    standaloneCode(ajv, { validate: kernelMessage }).replace(
      '"use strict";export const validate =',
      'const validate ='
    ),
    '/** Whether a value is a message that the kernel half may send. Properties that the schema does not name are ignored. */',
    'export const isKernelMessage: (value: unknown) => value is KernelMessage = validate;'
  ];
  return pretty(text.join('\n'), GUARD);
}

async function readSchema() {
  return JSON.parse(await readFile(SCHEMA, 'utf8'));
}

/** The schema as a panel reads it that is older than the kernel half: what it does not know does not disturb it. */
function withMoreProperties(schema) {
  const isClosed = (key, value) => key === 'additionalProperties' && value === false;
  return JSON.parse(JSON.stringify(schema, (key, value) => (isClosed(key, value) ? undefined : value)));
}

async function pretty(text, path) {
  return format(text, { ...(await resolveConfig(path)), filepath: path });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { path, text } of Object.values(MADE)) {
    await writeFile(path, await text());
  }
}
