import { describe, expect, it } from 'vitest';

import { ILayout, layOut, pointOf } from '../src/layout';

const GAP = { x: 60, y: 60 };
const WIDTH = 80;

function bare(): number {
  return 0;
}

function link(
  name: string,
  pre_group: string,
  post_group: string
): { name: string; pre_group: string; post_group: string } {
  return { name, pre_group, post_group };
}

function rows({ boxes }: ILayout): string[][] {
  const ys = [...new Set(boxes.map(({ y }) => y))].sort((a, b) => a - b);
  return ys.map(y => boxes.filter(box => box.y === y).map(({ name }) => name));
}

/** Arrows that run under a box at neither of their ends. */
function hidden({ boxes, arrows, box }: ILayout, ends: Record<string, string[]>): string[] {
  const parts = Array.from({ length: 41 }, (_, i) => i / 40);
  const isUnder = (name: string): boolean =>
    boxes.some(
      ({ name: other, x, y }) =>
        !ends[name]?.includes(other) &&
        parts.some(part => {
          const curve = arrows.find(arrow => arrow.name === name)?.curve;
          const at = curve ? pointOf(curve, part) : { x: 0, y: 0 };
          return Math.abs(at.x - x) < box.width / 2 && Math.abs(at.y - y) < box.height / 2;
        })
    );
  return arrows.map(({ name }) => name).filter(isUnder);
}

describe('the layout of a network', () => {
  it('puts groups below those that drive them, and rings in a row of their own', () => {
    const chain = [link('a', 'P', 'E'), link('b', 'E', 'I'), link('c', 'I', 'E'), link('d', 'E', 'E')];
    expect(rows(layOut(['E', 'I', 'P'], chain, WIDTH, GAP, bare))).toEqual([['P'], ['E'], ['I']]);
    const ring = [link('b', 'E', 'I'), link('c', 'I', 'E')];
    expect(rows(layOut(['E', 'I'], ring, WIDTH, GAP, bare))).toEqual([['E'], ['I']]);
  });

  it('breaks long rows, so that a panel beside a notebook shows them', () => {
    const names = Array.from({ length: 20 }, (_, i) => `G${i}`);
    const found = layOut(names, [], WIDTH, GAP, bare);
    expect(rows(found).map(row => row.length)).toEqual([3, 3, 3, 3, 3, 3, 2]);
    expect(found.view.width).toBeLessThan(460);
    const places = new Set(found.boxes.map(({ x, y }) => `${x} ${y}`));
    expect(places.size).toBe(20);
  });

  it('leads arrows from border to border, those between two boxes beside each other', () => {
    const both = [link('there', 'A', 'B'), link('back', 'B', 'A'), link('again', 'A', 'B')];
    const { boxes, arrows, box } = layOut(['A', 'B'], both, WIDTH, GAP, bare);
    const [a, b] = boxes as [ILayout['boxes'][number], ILayout['boxes'][number]];
    expect(arrows.map(({ curve }) => curve[0].y)).toEqual([a.y + 23, b.y - 23, a.y + 23]);
    expect(arrows.map(({ curve }) => curve[3].y)).toEqual([b.y - 23, a.y + 23, b.y - 23]);
    const middles = arrows.map(({ curve }) => Math.round(pointOf(curve, 0.5).x - a.x));
    expect([...middles].sort((x, y) => x - y)).toEqual([-44, 0, 44]);
    expect(arrows.every(({ curve }) => Math.abs(curve[0].x - a.x) <= box.width / 2)).toBe(true);
  });

  it('leads an arrow around a box in its way', () => {
    const links = [link('ab', 'A', 'B'), link('bc', 'B', 'C'), link('back', 'C', 'A')];
    const found = layOut(['A', 'B', 'C'], links, WIDTH, GAP, bare);
    expect(rows(found)).toEqual([['A'], ['B'], ['C']]);
    expect(hidden(found, { ab: ['A', 'B'], bc: ['B', 'C'], back: ['A', 'C'] })).toEqual([]);
  });

  it('gives each loop a corner of its own', () => {
    const loops = ['one', 'two', 'three', 'four'].map(name => link(name, 'A', 'A'));
    const { arrows, boxes } = layOut(['A'], loops, WIDTH, GAP, bare);
    const at = boxes[0] as ILayout['boxes'][number];
    const corners = arrows.map(({ label }) => `${Math.sign(label.x - at.x)} ${Math.sign(label.y - at.y)}`);
    expect(new Set(corners).size).toBe(4);
    expect(arrows.map(({ label }) => label.anchor)).toEqual(['end', 'start', 'end', 'start']);
  });

  it('moves a label that would stand under a box or on another label', () => {
    const links = [link('a', 'I', 'E'), link('b', 'P', 'E'), link('c', 'S', 'E'), link('d', 'I', 'I')];
    const width = 90;
    const { boxes, box, arrows } = layOut(['E', 'I', 'R', 'P', 'S'], links, WIDTH, { x: 110, y: 80 }, () => width);
    const texts = arrows.map(({ label: { x, y, anchor } }) => {
      const left = x - { start: 0, middle: width / 2, end: width }[anchor];
      return [left, left + width, y - 14, y + 14];
    });
    const areas = boxes.map(({ x, y }) => [
      x - box.width / 2,
      x + box.width / 2,
      y - box.height / 2,
      y + box.height / 2
    ]);
    const all = [...texts, ...areas] as [number, number, number, number][];
    const covered = texts.map(
      ([a = 0, b = 0, c = 0, d = 0]) => all.filter(([e, f, g, h]) => a < f && e < b && c < h && g < d).length
    );
    expect(covered).toEqual([1, 1, 1, 1]); // by itself
  });

  it('keeps everything inside of the picture', () => {
    const links = [link('x', 'A', 'A'), link('y', 'A', 'B'), link('z', 'B', 'B')];
    const { arrows, view } = layOut(['A', 'B'], links, WIDTH, GAP, () => 50);
    const right = view.x + view.width;
    for (const point of arrows.flatMap(({ curve }) => [0, 0.25, 0.5, 0.75, 1].map(part => pointOf(curve, part)))) {
      expect([point.x > view.x, point.x < right]).toEqual([true, true]);
      expect([point.y > view.y, point.y < view.y + view.height]).toEqual([true, true]);
    }
    expect(arrows.map(({ label }) => label.anchor)).toEqual(['end', 'start', 'end']);
    expect(arrows.map(({ label: { x, anchor } }) => (anchor === 'end' ? x - 50 > view.x : x + 50 < right))).toEqual([
      true,
      true,
      true
    ]);
  });
});
