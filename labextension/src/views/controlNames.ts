/**
 * Give names to the sliders and boxes of an output: Jupyter's widgets put the name beside a slider, and the tooltip
 * around a box, where assistive technology does not look.
 */
export function nameControls(root: HTMLElement): void {
  for (const control of root.querySelectorAll<HTMLElement>('[role=slider], input, select')) {
    const widget = control.closest<HTMLElement>('.jupyter-widgets');
    const label = widget?.querySelector('label, .widget-label');
    const isLabelled = control instanceof HTMLInputElement && Boolean(control.labels?.[0]?.textContent?.trim());
    const title = widget?.title ? widget.title : widget?.querySelector<HTMLElement>('[title]')?.title;
    const text = label?.textContent?.trim() ?? '';
    const name = text === '' ? title : text;
    if (!isLabelled && name && control.getAttribute('aria-label') !== name) {
      control.setAttribute('aria-label', name);
    }
  }
}
