import type {
  Activity,
  Bifurcation,
  Code,
  FixedPoints,
  KernelMessage,
  ModelInfo,
  Phase,
  Refusal,
  Runs,
  State,
  Structure
} from '../src/protocol';

export const GENERATED = 'def step(V, w):\n    V_1 = V\n    w_1 = w\n    return V_1, w_1\n';

export function info(name: string, changes: Partial<ModelInfo> = {}): ModelInfo {
  const parameters = { I: 0.5, rate: null };
  return {
    kind: 'model',
    name,
    title: name,
    states: ['V', 'w'],
    parameters,
    backend: 'numba',
    method: 'rk4',
    edited: false,
    ...changes
  };
}

export function state(current: string | null, ...names: string[]): State {
  return {
    type: 'state',
    protocol: 1,
    models: names.map(name => info(name)),
    current,
    drivers: [
      { name: 'numba', title: 'Numba', available: true, reason: null },
      { name: 'torch', title: 'PyTorch', available: false, reason: "pip install 'brainpy-lab[torch]'" }
    ],
    methods: [
      { name: 'rk4', title: 'Classical Runge–Kutta', order: 4, adaptive: false },
      { name: 'rkdp', title: 'Dormand–Prince', order: 5, adaptive: true }
    ]
  };
}

export function code(model: string, text = GENERATED): Code {
  return {
    type: 'code',
    model,
    backend: 'numba',
    method: 'rk4',
    text,
    generated: GENERATED,
    edited: text !== GENERATED,
    file: null
  };
}

export function structure(model: string): Structure {
  return {
    type: 'structure',
    model,
    groups: [
      { name: 'E', kind: 'NeuGroup', model: 'LIF', method: 'rk4', cells: 6, shape: [2, 3], states: ['V'] },
      { name: 'P', kind: 'PoissonGroup', model: null, method: null, cells: 2, shape: [2], states: [] }
    ],
    synapses: [
      {
        name: 'exc',
        model: 'Kick',
        pre: 'P',
        post: 'E[:3]',
        pre_group: 'P',
        post_group: 'E',
        sign: 'excitatory',
        connections: 12,
        delay: [0.5, 2],
        notes: ['lumped']
      }
    ],
    memory: 'A run takes about 1 kB of memory.'
  };
}

export function activity(model: string, id: string | null = 'abc'): Activity {
  return { type: 'activity', model, model_id: id, caption: '' };
}

export function phase(model: string, id: string | null = 'abc'): Phase {
  return { type: 'phase', model, model_id: id };
}

export function bifurcation(model: string, id: string | null = 'abc'): Bifurcation {
  return { type: 'bifurcation', model, model_id: id };
}

export function fixedPoints(model: string): FixedPoints {
  return {
    type: 'fixed_points',
    model,
    states: ['V', 'w'],
    parameters: { I: 0.5 },
    rows: [
      {
        values: [-0.8, -0.13],
        eigenvalues: [
          [0.14, 0.2],
          [0.14, -0.2]
        ],
        kind: 'unstable focus',
        stable: false,
        note: ''
      },
      {
        values: [1, 0],
        eigenvalues: [
          [-1.5, 0],
          [-0.25, 0]
        ],
        kind: 'stable node',
        stable: true,
        note: "Virtual: the event 'spike' resets the state here, so that no run comes to rest."
      }
    ],
    message: 'Stable or not is said with t = 0 held; in a run it moves.'
  };
}

export function runs(): Runs {
  const done = { duration: 200, outcome: 'completed', steps: 20000, progress: 1, cell: null };
  return {
    type: 'runs',
    runs: [
      { ...done, id: 'b', model: 'FHN', status: 'running', started: 2, progress: 0.4, outcome: null, steps: null },
      { ...done, id: 'a', model: 'FHN', status: 'done', started: 1 }
    ]
  };
}

export function refusal(model: string | null, view: Refusal['view'], line: number | null = null): Refusal {
  return { type: 'error', model, view, message: 'The edit does not compile.', line, column: line === null ? null : 4 };
}

/** One of each message that a kernel may send. */
export const MESSAGES: KernelMessage[] = [
  { type: 'open' },
  state('FHN', 'FHN', 'HH'),
  state(null),
  code('FHN'),
  phase('FHN'),
  phase('FHN', null),
  bifurcation('FHN'),
  bifurcation('FHN', null),
  structure('net'),
  activity('net'),
  activity('net', null),
  fixedPoints('FHN'),
  runs(),
  refusal('FHN', 'code', 3),
  refusal(null, null)
];
