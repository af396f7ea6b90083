import type { KernelMessage } from './protocol';

/*
 * Type guards of the messages that arrive from the kernel. The tests hold them against protocol.schema.json.
 * Properties that the schema does not name are ignored.
 */

type Check = (value: unknown) => boolean;

const isString: Check = value => typeof value === 'string';
const isBoolean: Check = value => typeof value === 'boolean';
const isNumber: Check = value => typeof value === 'number' && Number.isFinite(value);
const isPosition: Check = value => value === null || Number.isInteger(value);
const isFraction: Check = value => typeof value === 'number' && value >= 0 && value <= 1;

function orNull(check: Check): Check {
  return value => value === null || check(value);
}

function oneOf(...allowed: unknown[]): Check {
  return value => allowed.includes(value);
}

function listOf(check: Check, length?: number): Check {
  return value => Array.isArray(value) && value.every(check) && (length === undefined || value.length === length);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapOf(check: Check): Check {
  return value => isObject(value) && Object.values(value).every(check);
}

function record(fields: Record<string, Check>): Check {
  return value =>
    isObject(value) && Object.entries(fields).every(([name, check]) => name in value && check(value[name]));
}

const isView = oneOf('code', 'phase', 'fixed_points', 'runs', null);
const isParameters = mapOf(orNull(isNumber));

const isModelInfo = record({
  name: isString,
  title: isString,
  states: listOf(isString),
  parameters: isParameters,
  backend: isString,
  method: isString,
  edited: isBoolean
});

const isDriverInfo = record({ name: isString, title: isString, available: isBoolean, reason: orNull(isString) });

const isMethodInfo = record({ name: isString, title: isString, order: isNumber, adaptive: isBoolean });

const isFixedPointRow = record({
  values: listOf(isNumber),
  eigenvalues: listOf(listOf(isNumber, 2)),
  kind: isString,
  stable: isBoolean,
  note: isString
});

const isRunInfo = record({
  id: isString,
  model: isString,
  status: oneOf('waiting', 'running', 'done', 'cancelled', 'failed'),
  progress: isFraction,
  started: isNumber,
  duration: isNumber,
  outcome: orNull(isString),
  steps: orNull(isNumber)
});

const CHECKS: Record<KernelMessage['type'], Check> = {
  open: record({}),
  state: record({
    protocol: oneOf(1),
    models: listOf(isModelInfo),
    current: orNull(isString),
    drivers: listOf(isDriverInfo),
    methods: listOf(isMethodInfo)
  }),
  code: record({
    model: isString,
    backend: isString,
    method: isString,
    text: isString,
    generated: isString,
    edited: isBoolean,
    file: orNull(isString)
  }),
  phase: record({ model: isString, model_id: orNull(isString) }),
  fixed_points: record({
    model: isString,
    states: listOf(isString),
    parameters: isParameters,
    rows: listOf(isFixedPointRow),
    message: orNull(isString)
  }),
  runs: record({ runs: listOf(isRunInfo) }),
  error: record({
    model: orNull(isString),
    view: isView,
    message: isString,
    line: isPosition,
    column: isPosition
  })
};

/** Whether a value is a message that the kernel half may send. */
export function isKernelMessage(value: unknown): value is KernelMessage {
  if (!isObject(value) || typeof value.type !== 'string' || !Object.hasOwn(CHECKS, value.type)) {
    return false;
  }
  return CHECKS[value.type as KernelMessage['type']](value);
}
