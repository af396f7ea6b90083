// @vitest-environment node
import { readFile } from 'node:fs/promises';

import Ajv2020 from 'ajv/dist/2020';
import { describe, expect, it } from 'vitest';

import schema from '../../kernel/brainpy_kernel/protocol.schema.json';
import { MADE } from '../protocol.mjs';
import { isKernelMessage } from '../src/guards';
import { MESSAGES, runs } from './samples';

// The guard lets properties pass that the schema does not name; all else must get the same verdict.
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
  it.each(['types', 'guard'] as const)(
    'has a file of the %s that was made from the present schema',
    async kind => {
      expect(await readFile(MADE[kind].path, 'utf8')).toBe(await MADE[kind].text());
    },
    60_000
  ); // prettier goes through thousands of lines

  it('is checked by code that a content security policy lets pass, and that needs no other', async () => {
    const code = await readFile(MADE.guard.path, 'utf8');
    expect(code).not.toMatch(/\b(Function|eval|require)\s*\(/);
    expect(code.match(/^import.*$/gm)).toEqual(["import type { KernelMessage } from './protocol';"]);
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

  it.each([[NaN], [Infinity]])('refuses %d where a number stands', started => {
    expect(isKernelMessage({ ...runs(), runs: [{ ...runs().runs[0], started }] })).toBe(false);
  });

  it('lets properties pass that it does not know, at every depth', () => {
    const [first] = runs().runs;
    expect(isKernelMessage({ ...runs(), later: 1, runs: [{ ...first, later: 1 }] })).toBe(true);
    expect(isKernelMessage({ ...runs(), later: 1, runs: [{ later: 1 }] })).toBe(false);
  });

  it.each([[null], [undefined], [3], ['state'], [[]], [{}], [{ type: 'hello' }], [{ type: 'constructor' }]])(
    'refuses %j',
    value => {
      expect(isKernelMessage(value)).toBe(false);
    }
  );
});
