import { describe, expect, it } from 'vitest';

import { diffLines, foldSame } from '../src/diff';

const kinds = (before: string, after: string): string =>
  diffLines(before, after)
    .map(({ kind, text }) => `${{ same: ' ', removed: '-', added: '+' }[kind]}${text}`)
    .join('|');

describe('diffLines', () => {
  it('calls equal texts the same', () => {
    expect(kinds('a\nb', 'a\nb')).toBe(' a| b');
  });

  it('shows a changed line as one removed and one added', () => {
    expect(kinds('a\nb\nc', 'a\nB\nc')).toBe(' a|-b|+B| c');
  });

  it('finds insertions and removals at both ends', () => {
    expect(kinds('a\nb', 'x\na\nb\ny')).toBe('+x| a| b|+y');
    expect(kinds('x\na\nb\ny', 'a\nb')).toBe('-x| a| b|-y');
  });

  it('keeps the longest common part', () => {
    expect(kinds('a\nb\nc\nd', 'b\nc\na\nd')).toBe('-a| b| c|+a| d');
  });
});

describe('foldSame', () => {
  it('leaves the neighbours of changes and marks gaps', () => {
    const lines = diffLines('1\n2\n3\n4\n5\n6\n7', '1\n2\n3\nX\n5\n6\n7');
    expect(foldSame(lines, 1).map(line => line?.text ?? '…')).toEqual(['…', '3', '4', 'X', '5', '…']);
  });
});
