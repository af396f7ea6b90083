// @vitest-environment node
import { readFile } from 'node:fs/promises';

import Ajv2020 from 'ajv/dist/2020';
import { describe, expect, it } from 'vitest';

import schema from '../../kernel/brainpy_kernel/protocol.schema.json';
import { protocolTypes, TARGET } from '../protocol.mjs';
import { isKernelMessage } from '../src/guards';
import { MESSAGES } from './samples';

// The guards let properties pass that the schema does not name; all else must get the same verdict.
const open = JSON.parse(
  JSON.stringify(schema).replaceAll('"additionalProperties":false', '"additionalProperties":true')
);
const ajv = new Ajv2020({ schemas: [open], allowUnionTypes: true });
const inSchema = ajv.compile({ $ref: `${open.$id}#/$defs/KernelMessage` });

/** Values that stand in a message's places in turn; few of them belong there. */
const WRONG: unknown[] = [
  null,
  true,
  2,
  1.5,
  -1,
  Number.MAX_VALUE,
  '',
  'x',
  [],
  [1],
  [[1, 2, 3]],
  {},
  { a: 'b' },
  undefined
];

function* places(value: unknown, path: (string | number)[] = []): Generator<(string | number)[]> {
  if (path.length > 0) {
    yield path;
  }
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      yield* places(inner, [...path, Array.isArray(value) ? Number(key) : key]);
    }
  }
}

function replaced(message: unknown, path: (string | number)[], value: unknown): unknown {
  const copy = structuredClone(message) as Record<string | number, unknown>;
  let place = copy;
  for (const key of path.slice(0, -1)) {
    place = place[key] as Record<string | number, unknown>;
  }
  place[path.at(-1) as string] = value;
  return JSON.parse(JSON.stringify(copy));
}

describe('the protocol', () => {
  it('has types that were made from the present schema', async () => {
    expect(await protocolTypes()).toBe(await readFile(TARGET, 'utf8'));
  });

  it.each(MESSAGES.map(message => [message.type, message] as const))('lets a %s message pass', (_, message) => {
    expect(isKernelMessage(message)).toBe(true);
    expect(inSchema(message)).toBe(true);
  });

  it('gives every damaged message the verdict of the schema', () => {
    let refused = 0;
    for (const message of MESSAGES) {
      for (const path of places(message)) {
        for (const value of WRONG) {
          const damaged = replaced(message, path, value);
          const verdict = inSchema(damaged);
          expect(isKernelMessage(damaged), JSON.stringify(damaged)).toBe(verdict);
          refused += verdict ? 0 : 1;
        }
      }
    }
    expect(refused).toBeGreaterThan(500);
  });

  it.each([[null], [undefined], [3], ['state'], [[]], [{}], [{ type: 'hello' }], [{ type: 'constructor' }]])(
    'refuses %j',
    value => {
      expect(isKernelMessage(value)).toBe(false);
    }
  );
});
