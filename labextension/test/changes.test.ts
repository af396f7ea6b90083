import { EditorView } from '@codemirror/view';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Changes } from '../src/views/changes';

describe('Changes', () => {
  let node: HTMLElement;
  let view: EditorView;
  let changes: Changes;

  beforeEach(() => {
    node = document.body.appendChild(document.createElement('div'));
    changes = new Changes(node);
    view = new EditorView({ doc: 'a\nb\nc\n', extensions: changes.extension, parent: node });
  });

  afterEach(() => {
    view.destroy();
    node.remove();
  });

  /** The lines of the editor in reading order: ' ' the same, '-' of the other text only, '+' of its own only. */
  const shown = (): string =>
    [...node.querySelectorAll('.cm-line, .cm-deletedLine')]
      .slice(0, -1) // after the last line's end there is an empty one
      .map(line => {
        const sign = line.querySelector('del') ? '-' : line.querySelector('ins') ? '+' : ' ';
        return sign + line.textContent;
      })
      .join('|');

  it('shows nothing until it is told to, and where the texts are the same', () => {
    expect(shown()).toBe(' a| b| c');
    changes.show('a\nb\nc\n');
    expect(shown()).toBe(' a| b| c');
  });

  it('shows a changed line as one removed above the one in its place', () => {
    changes.show('a\nB\nc\n');
    expect(shown()).toBe(' a|-B|+b| c');
  });

  it('finds insertions and removals at both ends', () => {
    changes.show('x\na\nb\nc\ny\n');
    expect(shown()).toBe('-x| a| b| c|-y');
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: 'dx = 1\ndy = 2\ndz = 3\n' } });
    changes.show('dy = 2\n');
    expect(shown()).toBe('+dx = 1| dy = 2|+dz = 3');
  });

  it('follows typing and leaves the text as it is', () => {
    changes.show('a\nb\nc\n');
    view.dispatch({ changes: { from: 2, to: 3, insert: 'new' } });
    expect(shown()).toBe(' a|-b|+new| c');
    expect(view.state.doc.toString()).toBe('a\nnew\nc\n');
    view.dispatch({ changes: { from: 2, to: 5, insert: 'b' } });
    expect(shown()).toBe(' a| b| c');
  });

  it('goes away', () => {
    changes.show('x\n');
    expect(shown()).toBe('-x|+a|+b|+c');
    changes.show(null);
    expect(shown()).toBe(' a| b| c');
  });
});
