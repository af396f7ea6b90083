const MINUS = '\u2212';

/** A number to five significant digits, with a real minus sign; what is rounding error beside 1 reads as 0. */
export function formatNumber(value: number): string {
  if (Math.abs(value) < 1e-12) {
    return '0';
  }
  const size = Math.abs(value);
  // Powers of ten where zeros would stand before or behind the five digits.
  const digits = size >= 1e6 || size < 1e-4 ? size.toExponential(4) : size.toPrecision(5);
  const trimmed = digits.replace(/(\.\d*?)0+(?=e|$)/, '$1').replace(/\.(?=e|$)/, '');
  return (value < 0 ? MINUS : '') + trimmed.replace('e-', `e${MINUS}`).replace('e+', 'e');
}

/** Eigenvalues for reading: real ones one by one, a conjugate pair once as a ± bi. */
export function formatEigenvalues(eigenvalues: readonly (readonly [number, number])[]): string[] {
  const texts: string[] = [];
  const left = [...eigenvalues];
  while (left.length > 0) {
    const [re, im] = left.shift() as readonly [number, number];
    const mate = im === 0 ? -1 : left.findIndex(other => isConjugate([re, im], other));
    if (mate >= 0) {
      left.splice(mate, 1);
    }
    texts.push(formatComplex(re, im, mate >= 0));
  }
  return texts;
}

function isConjugate(a: readonly [number, number], b: readonly [number, number]): boolean {
  // The two of a pair are computed apart, and differ by rounding errors.
  const scale = 1e-9 * Math.max(1, Math.hypot(...a));
  return Math.abs(a[0] - b[0]) <= scale && Math.abs(a[1] + b[1]) <= scale;
}

function formatComplex(re: number, im: number, isPair: boolean): string {
  if (im === 0) {
    return formatNumber(re);
  }
  const sign = isPair ? '±' : im < 0 ? MINUS : '+';
  return `${formatNumber(re)} ${sign} ${formatNumber(Math.abs(im))}i`;
}
