import { LabIcon } from '@jupyterlab/ui-components';

/** Two crossing nullclines with a fixed point. */
export const brainIcon = new LabIcon({
  name: 'brainpy_lab:panel',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g class="jp-icon3" fill="none" stroke="#616161" stroke-width="2" stroke-linecap="round">
    <path class="jp-icon3" stroke="#616161" d="M3 5c4 20 8 18 10 8s5-11 8 6"/>
    <path class="jp-icon3" stroke="#616161" d="M4 20 21 5"/>
  </g>
  <circle class="jp-icon-selectable jp-icon3" fill="#616161" cx="13" cy="12" r="3"/>
</svg>`
});
