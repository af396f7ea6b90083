import type { Structure } from './protocol';

/** Where the boxes and arrows of a network's drawing stand. Knows no DOM. */

export interface IPoint {
  readonly x: number;
  readonly y: number;
}

/** A group: its name and the middle of its box. */
export interface IBox extends IPoint {
  readonly name: string;
}

/** Synapses: a cubic curve, and beside its middle the place of a label that begins, ends or has its middle there. */
export interface IArrow {
  readonly name: string;
  readonly curve: readonly [IPoint, IPoint, IPoint, IPoint];
  readonly label: IPoint & { readonly anchor: 'start' | 'middle' | 'end' };
}

export interface ILayout {
  /** What the picture shows: its left and upper ends, and its size. */
  readonly view: IPoint & { readonly width: number; readonly height: number };
  readonly box: { readonly width: number; readonly height: number };
  readonly boxes: readonly IBox[];
  readonly arrows: readonly IArrow[];
}

/** Boxes beside each other, at most: more would be too small to read in a panel beside a notebook. */
const COLUMNS = 3;

const HEIGHT = 40;
const MARGIN = 8;

/** Where along an arrow it is asked whether a box hides it. */
const PARTS = Array.from({ length: 19 }, (_, i) => (i + 1) / 20);

/** Where along an arrow its label may stand, beside its usual place. */
const STANDS = [0.5, 0.35, 0.65, 0.22, 0.78];

/** Between the middles of arrows that join the same boxes. */
const APART = 22;

type Link = Pick<Structure['synapses'][number], 'name' | 'pre_group' | 'post_group'>;

/**
 * Rows of boxes, from those that get no spikes to those that are reached last, and arrows that pass beside boxes.
 *
 * @param gap - Room between two boxes.
 * @param label - Width of the label of an arrow.
 */
export function layOut<Found extends Link>(
  names: readonly string[],
  links: readonly Found[],
  boxWidth: number,
  gap: IPoint,
  label: (link: Found) => number
): ILayout {
  const step = { x: boxWidth + gap.x, y: HEIGHT + gap.y };
  const boxes = rowsOf(names, links).flatMap((row, j) =>
    row.map((name, i) => ({ name, x: (i - (row.length - 1) / 2) * step.x, y: j * step.y }))
  );
  const box = { width: boxWidth, height: HEIGHT };
  const widths = new Map(links.map(link => [link.name, label(link)]));
  const arrows = labelled(arrowsOf(boxes, links, box), widths, boxes, box);
  const corners = boxes.flatMap(({ x, y }) => [
    { x: x - boxWidth / 2, y: y - HEIGHT / 2 },
    { x: x + boxWidth / 2, y: y + HEIGHT / 2 }
  ]);
  const curves = arrows.flatMap(({ curve }) => PARTS.map(part => pointOf(curve, part)));
  return { view: around([...corners, ...curves, ...arrows.flatMap(arrow => ends(arrow, widths))]), box, boxes, arrows };
}

/** The left upper and right lower end of a label of two lines. */
function ends({ name, label }: IArrow, widths: ReadonlyMap<string, number>): IPoint[] {
  const width = widths.get(name) ?? 0;
  const left = label.x - { start: 0, middle: width / 2, end: width }[label.anchor];
  const half = width > 0 ? 14 : 0;
  return [
    { x: left, y: label.y - half },
    { x: left + width, y: label.y + half }
  ];
}

/** The arrows with labels that cover no box, no label and as little of other arrows as they can. */
function labelled(
  arrows: readonly IArrow[],
  widths: ReadonlyMap<string, number>,
  boxes: readonly IBox[],
  box: ILayout['box']
): IArrow[] {
  const taken = boxes.map(({ x, y }) => [
    { x: x - box.width / 2, y: y - box.height / 2 },
    { x: x + box.width / 2, y: y + box.height / 2 }
  ]);
  const points = new Map(arrows.map(found => [found.name, PARTS.map(part => pointOf(found.curve, part))]));
  return arrows.map(found => {
    const others = arrows.filter(({ name }) => name !== found.name).flatMap(({ name }) => points.get(name) ?? []);
    const cost = (label: IArrow['label']): number => {
      const corners = ends({ ...found, label }, widths);
      const under = others.filter(point => overlap(corners, [point, point])).length;
      return taken.filter(other => overlap(corners, other)).length * PARTS.length + under;
    };
    const places = [found.label, ...STANDS.flatMap(part => [1, -1].map(side => besideAt(found.curve, part, side)))];
    const costs = places.map(cost);
    const label = places[costs.indexOf(Math.min(...costs))] ?? found.label;
    taken.push(ends({ ...found, label }, widths));
    return { ...found, label };
  });
}

/** Whether two rectangles, each given by two corners, share more than a border. */
function overlap([a, b]: readonly IPoint[], [c, d]: readonly IPoint[]): boolean {
  return !!a && !!b && !!c && !!d && a.x < d.x && c.x < b.x && a.y < d.y && c.y < b.y;
}

function around(points: readonly IPoint[]): ILayout['view'] {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [x, y] = [Math.min(...xs) - MARGIN, Math.min(...ys) - MARGIN];
  return { x, y, width: Math.max(...xs) + MARGIN - x, height: Math.max(...ys) + MARGIN - y };
}

/** Groups by the number of synapses on the way to them, in rows of at most `COLUMNS`. */
function rowsOf(names: readonly string[], links: readonly Link[]): string[][] {
  const depths = depthsOf(names, links);
  const rows: string[][] = [];
  for (let depth = 0; depth <= Math.max(...depths.values()); depth++) {
    const level = names.filter(name => depths.get(name) === depth);
    const count = Math.ceil(level.length / COLUMNS);
    const each = Math.ceil(level.length / Math.max(count, 1));
    for (let i = 0; i < level.length; i += each) {
      rows.push(level.slice(i, i + each));
    }
  }
  return rows;
}

function depthsOf(names: readonly string[], links: readonly Link[]): Map<string, number> {
  const depths = new Map<string, number>();
  const isReached = (name: string): boolean => links.some(l => l.post_group === name && l.pre_group !== name);
  let front = names.filter(name => !isReached(name));
  for (let depth = 0; depths.size < names.length; depth++) {
    if (front.length === 0) {
      front = names.filter(name => !depths.has(name)).slice(0, 1); // a ring that nothing leads to begins somewhere
      depth = 0;
    }
    front.forEach(name => depths.set(name, depth));
    const next = links.filter(link => front.includes(link.pre_group)).map(link => link.post_group);
    front = names.filter(name => next.includes(name) && !depths.has(name));
  }
  return depths;
}

function arrowsOf(boxes: readonly IBox[], links: readonly Link[], box: ILayout['box']): IArrow[] {
  const [middle, last] = [meanOf(boxes.map(({ x }) => x)), Math.max(...boxes.map(({ y }) => y))];
  const at = new Map(boxes.map(found => [found.name, found]));
  const pairOf = ({ pre_group: a, post_group: b }: Link): string => JSON.stringify(a < b ? [a, b] : [b, a]);
  const counts = new Map<string, number>();
  links.forEach(link => counts.set(pairOf(link), (counts.get(pairOf(link)) ?? 0) + 1));
  const seen = new Map<string, number>();
  return links.flatMap(link => {
    const [pre, post] = [at.get(link.pre_group), at.get(link.post_group)];
    const number = seen.get(pairOf(link)) ?? 0;
    seen.set(pairOf(link), number + 1);
    if (!pre || !post) {
      return [];
    }
    if (pre === post) {
      return [
        loop(link.name, pre, box, number, {
          isLeft: pre.x <= middle,
          isLast: pre.y === last && last > (boxes[0]?.y ?? last)
        })
      ];
    }
    // Arrows between two boxes lie beside each other, whichever way they lead.
    const side = (number - ((counts.get(pairOf(link)) ?? 1) - 1) / 2) * 2 * APART * (pre.name < post.name ? 1 : -1);
    return [free(link.name, pre, post, side, boxes, box)];
  });
}

/** A loop around a corner of the box; the corners on the outer side come first. */
function loop(
  name: string,
  at: IBox,
  box: ILayout['box'],
  number: number,
  { isLeft, isLast }: { isLeft: boolean; isLast: boolean }
): IArrow {
  const right = isLeft === number % 2 >= 1 ? 1 : -1;
  const down = isLast === number % 4 < 2 ? 1 : -1;
  const size = 30 + 12 * Math.floor(number / 4);
  const corner = { x: at.x + (right * box.width) / 2, y: at.y + (down * box.height) / 2 };
  return {
    name,
    curve: [
      { x: corner.x - right * 18, y: corner.y },
      { x: corner.x - right * 14, y: corner.y + down * size },
      { x: corner.x + right * (size + 8), y: corner.y - down * 2 },
      { x: corner.x + right * 3, y: corner.y - down * 12 }
    ],
    label: {
      x: corner.x + right * (size - 2),
      y: corner.y + down * (size / 2 + 2),
      anchor: right > 0 ? 'start' : 'end'
    }
  };
}

/** An arrow that no other box hides, where one of a few curves is such. */
function free(name: string, pre: IBox, post: IBox, side: number, boxes: readonly IBox[], box: ILayout['box']): IArrow {
  const others = boxes.filter(other => other !== pre && other !== post);
  const isFree = ({ curve }: IArrow): boolean =>
    PARTS.every(part => others.every(other => !covers(other, pointOf(curve, part), box)));
  const tries = [0, 60, -60, 110, -110, 160, -160].map(more => arrow(name, pre, post, side + more, box));
  return tries.find(isFree) ?? (tries[0] as IArrow);
}

/** An arrow whose middle lies `side` beside the straight way. */
function arrow(name: string, pre: IBox, post: IBox, side: number, box: ILayout['box']): IArrow {
  const [dx, dy] = [post.x - pre.x, post.y - pre.y];
  const length = Math.hypot(dx, dy);
  const normal = { x: -dy / length, y: dx / length };
  const most = 0.8 * Math.min(box.width / 2 / Math.abs(normal.x || 1e-9), box.height / 2 / Math.abs(normal.y || 1e-9));
  const shift = Math.max(-most, Math.min(most, 0.6 * side));
  const start = border(pre, { x: dx, y: dy }, normal, shift, box);
  const end = border(post, { x: -dx, y: -dy }, normal, shift, box);
  const bend = (4 / 3) * (side - shift);
  const at = (part: number): IPoint => ({
    x: start.x + (end.x - start.x) * part + normal.x * bend,
    y: start.y + (end.y - start.y) * part + normal.y * bend
  });
  const curve = [start, at(0.3), at(0.7), end] as const;
  return { name, curve, label: beside(pointOf(curve, 0.5), normal, side) };
}

/** Where a label stands: on the outer side of the curve, above or below where it is flat, else right or left. */
function beside(middle: IPoint, normal: IPoint, side: number): IArrow['label'] {
  const out = side === 0 ? { x: Math.abs(normal.x), y: -Math.abs(normal.y) } : scaled(normal, Math.sign(side));
  if (Math.abs(out.y) > 0.8) {
    return { x: middle.x, y: middle.y + Math.sign(out.y) * 16, anchor: 'middle' };
  }
  return { x: middle.x + Math.sign(out.x) * 7, y: middle.y, anchor: out.x > 0 ? 'start' : 'end' };
}

/** The place of a label beside a point of a curve, on the one or the other side. */
function besideAt(curve: IArrow['curve'], part: number, side: number): IArrow['label'] {
  const [before, after] = [pointOf(curve, part - 0.01), pointOf(curve, part + 0.01)];
  const [dx, dy] = [after.x - before.x, after.y - before.y];
  const length = Math.hypot(dx, dy) || 1;
  return beside(pointOf(curve, part), { x: -dy / length, y: dx / length }, side);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function scaled({ x, y }: IPoint, by: number): IPoint {
  return { x: x * by, y: y * by };
}

/** Where a line in a direction, shifted beside the middle of a box, leaves it. */
function border(from: IBox, to: IPoint, normal: IPoint, shift: number, box: ILayout['box']): IPoint {
  const reach = (d: number, off: number, half: number): number =>
    d === 0 ? Infinity : (half - Math.sign(d) * off) / Math.abs(d);
  const part = Math.min(
    reach(to.x, normal.x * shift, box.width / 2 + 3),
    reach(to.y, normal.y * shift, box.height / 2 + 3)
  );
  return { x: from.x + normal.x * shift + to.x * part, y: from.y + normal.y * shift + to.y * part };
}

function covers(box: IBox, { x, y }: IPoint, { width, height }: ILayout['box']): boolean {
  return Math.abs(x - box.x) < width / 2 + 6 && Math.abs(y - box.y) < height / 2 + 6;
}

/** A point of a cubic curve, `part` of the way. */
export function pointOf([a, b, c, d]: IArrow['curve'], part: number): IPoint {
  const rest = 1 - part;
  const weigh = (key: 'x' | 'y'): number =>
    rest ** 3 * a[key] + 3 * rest ** 2 * part * b[key] + 3 * rest * part ** 2 * c[key] + part ** 3 * d[key];
  return { x: weigh('x'), y: weigh('y') };
}
