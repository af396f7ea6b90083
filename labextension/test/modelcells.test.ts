import { describe, expect, it } from 'vitest';

import { definesModel } from '../src/modelcells';

describe('definesModel', () => {
  it('finds cells that define a model, or make one or parts of a network', () => {
    expect(definesModel('%%brainpy_model HH\ndV/dt = -V')).toBe(true);
    expect(definesModel('\n%%brainpy\nE = bp.NeuGroup(lif, 100)')).toBe(true);
    expect(definesModel('%%brainpy\nnet = bp.Network(E)\nnet.run(100)')).toBe(true);
    expect(definesModel('%%brainpy\nm = bp.models.morris_lecar()')).toBe(true);
  });

  it('leaves other cells out', () => {
    expect(definesModel('%%brainpy\nsol = net.run(100)')).toBe(false);
    expect(definesModel('net = bp.Network(E)')).toBe(false);
    expect(definesModel('# %%brainpy_model')).toBe(false);
  });
});
