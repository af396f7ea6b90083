import { describe, expect, it } from 'vitest';

import { formatEigenvalues, formatNumber } from '../src/numbers';

describe('formatNumber', () => {
  it.each([
    [0, '0'],
    [3e-17, '0'],
    [1, '1'],
    [-0.804767, '\u22120.80477'],
    [0.5, '0.5'],
    [100, '100'],
    [123456.7, '1.2346e5'],
    [20000, '20000'],
    [1.5e9, '1.5e9'],
    [-2.25e-7, '\u22122.25e\u22127']
  ])('writes %d as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});

describe('formatEigenvalues', () => {
  it('writes a conjugate pair once', () => {
    expect(
      formatEigenvalues([
        [0.14, 0.2],
        [0.14, -0.2]
      ])
    ).toEqual(['0.14 ± 0.2i']);
  });

  it('writes real eigenvalues one by one', () => {
    expect(
      formatEigenvalues([
        [-1.5, 0],
        [0.25, 0]
      ])
    ).toEqual(['\u22121.5', '0.25']);
  });

  it('writes a pair among real ones', () => {
    expect(
      formatEigenvalues([
        [0, -2],
        [-1, 0],
        [0, 2]
      ])
    ).toEqual(['0 ± 2i', '\u22121']);
  });
});
