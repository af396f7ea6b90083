import { beforeEach, describe, expect, it, vi } from 'vitest';

import { OUTSIDE_PROTOCOL, PanelModel } from '../src/model';
import type { Part } from '../src/tokens';
import { FakeLink, fakeNotebook } from './fakes';
import {
  activity,
  bifurcation,
  code,
  fixedPoints,
  GENERATED,
  info,
  phase,
  refusal,
  runs,
  state,
  structure
} from './samples';

let link: FakeLink;
let model: PanelModel;
let parts: Part[];

beforeEach(() => {
  link = new FakeLink();
  model = new PanelModel(link);
  parts = [];
  model.changed.connect((_, part) => parts.push(part));
  model.setNotebook(fakeNotebook('one'));
});

/** A connected model with code in its editor. */
function connect(): void {
  link.say(state('FHN', 'FHN', 'HH'));
  model.setVisible(true);
  link.say(code('FHN'));
  link.sent.length = 0;
}

describe('messages of the kernel', () => {
  it('are kept and told part by part', () => {
    link.say(state('FHN', 'FHN'), code('FHN'), phase('FHN'), fixedPoints('FHN'), runs());
    expect(parts).toEqual(expect.arrayContaining(['state', 'code', 'phase', 'fixed_points', 'runs']));
    expect(model.code?.text).toBe(GENERATED);
    expect(model.phase?.model_id).toBe('abc');
    expect(model.fixedPoints?.rows).toHaveLength(2);
    expect(model.runs?.runs[0]?.id).toBe('b');
  });

  it('about another model than the current one are dropped', () => {
    link.say(state('FHN', 'FHN', 'HH'), code('HH'), phase('HH'), fixedPoints('HH'), refusal('HH', 'code'));
    expect([model.code, model.phase, model.fixedPoints, model.error('code')]).toEqual([null, null, null, null]);
  });

  it('of the model before are forgotten with a new current model', () => {
    connect();
    link.say(state('HH', 'FHN', 'HH'));
    expect(model.code).toBeNull();
    expect(model.draft).toBe('');
  });

  it('outside the protocol are told', () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    link.go('connected');
    link.malformed.emit({ type: 'state', protocol: 2 });
    expect(model.error(null)?.message).toBe(OUTSIDE_PROTOCOL);
  });

  it('are forgotten when the kernel restarts', () => {
    connect();
    link.go('restarting');
    expect([model.state, model.code]).toEqual([null, null]);
  });
});

describe('the shown view', () => {
  it('is told once, when it can be seen', () => {
    link.say(state('FHN', 'FHN'));
    expect(link.sent).toEqual([]);
    model.setVisible(true);
    model.setVisible(true);
    expect(link.sent).toEqual([{ type: 'show', view: 'code' }]);
  });

  it('follows the tab', () => {
    connect();
    model.show('phase');
    model.show('phase');
    expect(link.sent).toEqual([{ type: 'show', view: 'phase' }]);
  });

  it('is null while the panel is hidden', () => {
    connect();
    model.setVisible(false);
    model.show('runs');
    model.setVisible(true);
    expect(link.sent).toEqual([
      { type: 'show', view: null },
      { type: 'show', view: 'runs' }
    ]);
  });

  it('is told again to a kernel that came back', () => {
    connect();
    link.go('restarting');
    link.say(state(null));
    expect(link.sent).toEqual([{ type: 'show', view: 'code' }]);
  });

  it('forgets a figure that is hidden: the kernel closes it', () => {
    connect();
    model.show('phase');
    link.say(phase('FHN'));
    model.show('bifurcation');
    expect(model.phase).toBeNull();
    link.say(bifurcation('FHN'));
    expect(model.bifurcation?.model_id).toBe('abc');
    model.show('runs');
    expect(model.bifurcation).toBeNull();
  });
});

describe('a network', () => {
  const withNetwork = (current: string) => ({
    ...state(current, 'FHN'),
    models: [info('FHN'), info('net', { kind: 'network' })]
  });

  beforeEach(() => {
    connect();
    model.show('phase');
    link.sent.length = 0;
    parts.length = 0;
    link.say(withNetwork('net'));
  });

  it('has tabs of its own, and the first is shown where the chosen one is none of them', () => {
    expect(model.views).toEqual(['structure', 'code', 'activity', 'runs']);
    expect(model.view).toBe('structure');
    expect(link.sent).toEqual([{ type: 'show', view: 'structure' }]);
    expect(parts).toContain('view');
  });

  it('gives the chosen tab back with a model', () => {
    link.say(withNetwork('FHN'));
    expect(model.view).toBe('phase');
    expect(link.sent.at(-1)).toEqual({ type: 'show', view: 'phase' });
  });

  it('keeps a tab of its own through a restart of the kernel', () => {
    model.show('activity');
    link.go('restarting');
    expect(model.view).toBe('activity');
    link.say(state(null), withNetwork('net'));
    expect(model.view).toBe('activity');
  });

  it('keeps what belongs to it', () => {
    link.say(structure('net'), activity('net'), structure('other'));
    expect(model.structure?.groups[0]?.cells).toBe(6);
    expect(model.activity?.model_id).toBe('abc');
  });
});

describe('editing', () => {
  beforeEach(connect);

  it('stays local until Apply', () => {
    model.setDraft('edited');
    expect(model.isDirty).toBe(true);
    expect(link.sent).toEqual([]);
    model.apply();
    expect(link.sent).toEqual([{ type: 'apply', model: 'FHN', text: 'edited' }]);
    expect(model.isApplying).toBe(true);
  });

  it('is applied once while the answer is out', () => {
    model.setDraft('edited');
    model.apply();
    model.apply();
    expect(link.sent).toHaveLength(1);
  });

  it('ends with the code that comes back', () => {
    model.setDraft('edited');
    model.apply();
    link.say(code('FHN', 'edited'));
    expect([model.isDirty, model.isApplying, model.draft, model.code?.edited]).toEqual([false, false, 'edited', true]);
  });

  it('keeps the text that was refused, and the reason', () => {
    model.setDraft('bad(');
    model.apply();
    link.say(refusal('FHN', 'code', 3));
    expect([model.isDirty, model.isApplying, model.draft]).toEqual([true, false, 'bad(']);
    expect(model.error('code')?.line).toBe(3);
    link.say(code('FHN'));
    expect(model.error('code')?.line).toBe(3);
  });

  it('gives a refused text back where other code came in between', () => {
    model.setDraft('bad(');
    model.apply();
    link.say(code('FHN'), refusal('FHN', 'code', 1));
    expect([model.draft, model.isDirty]).toEqual(['bad(', true]);
  });

  it('is undone by typing the text in force', () => {
    model.setDraft('edited');
    model.setDraft(GENERATED);
    expect(model.isDirty).toBe(false);
  });

  it('survives code that changes underneath, and says so', () => {
    model.setDraft('edited');
    link.say(code('FHN', 'other'));
    expect([model.draft, model.isOutdated]).toEqual(['edited', true]);
    model.discard();
    expect([model.draft, model.isDirty, model.isOutdated]).toEqual(['other', false, false]);
  });

  it('survives a look at another model', () => {
    model.setDraft('edited');
    link.say(state('HH', 'FHN', 'HH'), code('HH', 'text of HH'));
    expect(model.draft).toBe('text of HH');
    link.say(state('FHN', 'FHN', 'HH'), code('FHN'));
    expect(model.draft).toBe('edited');
  });

  it('does not mix the models of two kernels', () => {
    model.setDraft('edited');
    link.kernelId = 'kernel-2';
    model.setNotebook(fakeNotebook('two'));
    link.say(state('FHN', 'FHN'), code('FHN'));
    expect(model.draft).toBe(GENERATED);
  });

  it('reverts to the generated code, asking the kernel only where it has edited code', () => {
    model.setDraft('edited');
    model.revert();
    expect([model.draft, link.sent]).toEqual([GENERATED, []]);
    link.say(code('FHN', 'edited'));
    model.revert();
    expect(link.sent).toEqual([{ type: 'revert', model: 'FHN' }]);
  });
});

describe('choices', () => {
  beforeEach(connect);

  it('go to the kernel', () => {
    model.configure({ method: 'rkdp' });
    model.select('HH');
    model.cancel('b');
    expect(link.sent).toEqual([
      { type: 'configure', model: 'FHN', method: 'rkdp' },
      { type: 'select', model: 'HH' },
      { type: 'cancel', run: 'b' }
    ]);
  });

  it('of a driver that is not installed say how to install it', () => {
    model.configure({ backend: 'torch' });
    expect(link.sent).toEqual([]);
    expect(model.error('code')?.message).toContain('pip install');
  });

  it('of the next model go round', () => {
    model.nextModel();
    link.say(state('HH', 'FHN', 'HH'));
    model.nextModel();
    expect(link.sent).toEqual([
      { type: 'select', model: 'HH' },
      { type: 'select', model: 'FHN' }
    ]);
  });
});

it('tells why the magics could not be loaded', async () => {
  link.go('refused');
  link.loadError = new Error("ModuleNotFoundError: No module named 'brainpy_lab'");
  await model.loadMagics();
  expect(model.error(null)?.message).toContain('No module named');
});

it('disposes its link and sends nothing afterwards', () => {
  connect();
  model.dispose();
  model.select('HH');
  expect(link.isDisposed).toBe(true);
  expect(link.sent).toEqual([]);
});
