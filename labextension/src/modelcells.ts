const MODEL_CELL = /^\s*%%brainpy_model\b/;
const BRAINPY_CELL = /^\s*%%brainpy\b/;
const MAKES_ONE = /\bbp\.(models?|odeint|sdeint|ddeint|fdeint|Network|NeuGroup|Synapses|PoissonGroup|SpikeSource)\b/;

/** Whether a cell of this text defines a model, or makes one or a network or parts of it. */
export function definesModel(source: string): boolean {
  return MODEL_CELL.test(source) || (BRAINPY_CELL.test(source) && MAKES_ONE.test(source));
}
