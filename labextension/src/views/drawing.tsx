import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { IArrow, ILayout, layOut } from '../layout';
import { formatNumber } from '../numbers';
import type { GroupInfo, Structure, SynapsesInfo } from '../protocol';

/** Groups that are drawn at most; beyond, tables alone can be read. */
const MOST = 24;

/** Synapses beside whose arrows their numbers stand, and their names. */
const NUMBERED = 6;
const NAMED = 14;

const GAPS = { numbered: { x: 120, y: 84 }, named: { x: 96, y: 70 }, bare: { x: 60, y: 60 } };

/** Delays of synapses, in the model's unit of time. */
export function delayText([low, high]: SynapsesInfo['delay'], trans: TranslationBundle): string {
  return low === high ? formatNumber(low) : trans.__('%1 to %2', formatNumber(low), formatNumber(high));
}

/** What the sign of synapses is called; empty where none is known. */
export function signText(sign: SynapsesInfo['sign'], trans: TranslationBundle): string {
  switch (sign) {
    case 'excitatory':
      return trans.__('excitatory');
    case 'inhibitory':
      return trans.__('inhibitory');
    case 'coupling':
      return trans.__('coupling');
    case null:
      return '';
  }
}

/** Groups as boxes and synapses as arrows. What it shows stands in the tables below it, too. */
export function Drawing({
  structure: { groups, synapses },
  trans
}: {
  structure: Structure;
  trans: TranslationBundle;
}): React.ReactElement | null {
  if (groups.length === 0 || groups.length > MOST) {
    return null;
  }
  const texts = groups.map(group => [group.name, sizeText(group)] as const);
  const width = Math.min(
    170,
    Math.max(76, ...texts.map(([name, size]) => 20 + Math.max(8 * name.length, 6.4 * size.length)))
  );
  const detail = synapses.length <= NUMBERED ? 'numbered' : synapses.length <= NAMED ? 'named' : 'bare';
  const names = groups.map(({ name }) => name);
  const layout = layOut(names, synapses, width, GAPS[detail], syn => labelWidth(syn, detail, trans));
  const { view } = layout;
  const named = new Map(synapses.map(syn => [syn.name, syn]));
  return (
    <div className="bpl-Drawing">
      <svg
        role="img"
        aria-label={trans.__('Drawing of the network; the tables below say the same')}
        viewBox={`${view.x} ${view.y} ${view.width} ${view.height}`}
        style={{ width: view.width, minWidth: 0.7 * view.width }}
      >
        {layout.arrows.map(arrow => (
          <Arrow
            key={arrow.name}
            arrow={arrow}
            syn={named.get(arrow.name) as SynapsesInfo}
            detail={detail}
            trans={trans}
          />
        ))}
        {groups.map((group, i) => (
          <Box key={group.name} group={group} layout={layout} size={texts[i]?.[1] ?? ''} trans={trans} />
        ))}
      </svg>
      <Legend synapses={synapses} trans={trans} />
    </div>
  );
}

/** Connections, and the delay where there is one, to three digits. */
function numbersText({ connections, delay: [low, high] }: SynapsesInfo, trans: TranslationBundle): string {
  const [a, b] = [low, high].map(delay => formatNumber(Number(delay.toPrecision(3))));
  const delay = a === b ? trans.__('%1 ms', a) : trans.__('%1 to %2 ms', a, b);
  return connections.toLocaleString() + (high > 0 ? `, ${delay}` : '');
}

function labelWidth(syn: SynapsesInfo, detail: keyof typeof GAPS, trans: TranslationBundle): number {
  if (detail === 'bare') {
    return 0;
  }
  return Math.max(7.2 * syn.name.length, detail === 'numbered' ? 6.3 * numbersText(syn, trans).length : 0);
}

function sizeText({ cells, shape }: GroupInfo): string {
  return shape.length > 1 ? shape.map(n => n.toLocaleString()).join(' × ') : cells.toLocaleString();
}

function Box({
  group,
  layout: { box, boxes },
  size,
  trans
}: {
  group: GroupInfo;
  layout: ILayout;
  size: string;
  trans: TranslationBundle;
}): React.ReactElement | null {
  const at = boxes.find(({ name }) => name === group.name);
  if (!at) {
    return null;
  }
  const kind = group.model ?? group.kind;
  return (
    <g
      className={`bpl-Drawing-box${group.model === null ? ' bpl-mod-source' : ''}`}
      transform={`translate(${at.x} ${at.y})`}
    >
      <title>{trans.__('%1: %2 cells, %3', group.name, group.cells.toLocaleString(), kind)}</title>
      <rect
        x={-box.width / 2}
        y={-box.height / 2}
        width={box.width}
        height={box.height}
        rx={group.model === null ? box.height / 2 : 4}
      />
      <text y={-3} className="bpl-Drawing-name">
        {shortened(group.name, box.width)}
      </text>
      <text y={13}>{size}</text>
    </g>
  );
}

function shortened(name: string, width: number): string {
  const most = Math.floor((width - 16) / 7.4);
  return name.length <= most ? name : `${name.slice(0, most - 1)}…`;
}

function Arrow({
  arrow: { curve, label },
  syn,
  detail,
  trans
}: {
  arrow: IArrow;
  syn: SynapsesInfo;
  detail: keyof typeof GAPS;
  trans: TranslationBundle;
}): React.ReactElement {
  const [a, b, c, d] = curve;
  const count = syn.connections.toLocaleString();
  const delay = delayText(syn.delay, trans);
  const sign = signText(syn.sign, trans);
  const at = { x: label.x, textAnchor: label.anchor, className: 'bpl-Drawing-label' };
  const said = [
    trans.__('%1: from %2 to %3', syn.name, syn.pre, syn.post),
    ...(sign ? [sign] : []),
    trans._n('%2 connection', '%2 connections', syn.connections, count),
    trans.__('delay %1', delay)
  ];
  return (
    <g className={`bpl-Drawing-arrow bpl-mod-${syn.sign ?? 'unknown'}`}>
      <title>{said.join(', ')}</title>
      <path className="bpl-Drawing-reach" d={`M${a.x} ${a.y}C${b.x} ${b.y} ${c.x} ${c.y} ${d.x} ${d.y}`} />
      <path className="bpl-Drawing-line" d={`M${a.x} ${a.y}C${b.x} ${b.y} ${c.x} ${c.y} ${d.x} ${d.y}`} />
      <Head
        sign={syn.sign}
        transform={`translate(${d.x} ${d.y}) rotate(${(180 / Math.PI) * Math.atan2(d.y - c.y, d.x - c.x)})`}
      />
      {detail === 'bare' ? null : (
        <text {...at} y={label.y - (detail === 'numbered' ? 3 : -4)}>
          {syn.name}
        </text>
      )}
      {detail === 'numbered' ? (
        <text {...at} y={label.y + 11} className="bpl-Drawing-label bpl-mod-numbers">
          {numbersText(syn, trans)}
        </text>
      ) : null}
    </g>
  );
}

/** The end of an arrow: a bar where it inhibits, else a head; open where no sign is known. */
function Head({ sign, transform }: { sign: SynapsesInfo['sign']; transform: string }): React.ReactElement {
  return (
    <path
      className="bpl-Drawing-head"
      transform={transform}
      d={sign === 'inhibitory' ? 'M0 -7V7' : 'M-9 -5L0 0L-9 5Z'}
    />
  );
}

/** The signs that occur. */
function Legend({
  synapses,
  trans
}: {
  synapses: SynapsesInfo[];
  trans: TranslationBundle;
}): React.ReactElement | null {
  const kinds = (['excitatory', 'inhibitory', 'coupling', null] as const).filter(sign =>
    synapses.some(syn => syn.sign === sign)
  );
  if (kinds.every(sign => sign === null)) {
    return null;
  }
  return (
    <div className="bpl-Drawing-legend">
      {kinds.map(sign => (
        <span key={String(sign)} className="bpl-Drawing-kind">
          <svg className={`bpl-Drawing-arrow bpl-mod-${sign ?? 'unknown'}`} width={30} height={16} aria-hidden="true">
            <path className="bpl-Drawing-line" d="M2 8H26" />
            <Head sign={sign} transform="translate(26 8)" />
          </svg>
          {signText(sign, trans) || trans.__('unknown sign')}
        </span>
      ))}
    </div>
  );
}
