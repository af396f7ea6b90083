/** What JupyterLab's packages expect of a browser and jsdom lacks. */

if (typeof window !== 'undefined') {
  class FakeDragEvent extends MouseEvent {}

  Object.assign(globalThis, { DragEvent: FakeDragEvent });
  Object.defineProperty(window, 'matchMedia', {
    value: (query: string) => ({
      matches: false,
      media: query,
      addEventListener: () => undefined,
      removeEventListener: () => undefined
    })
  });
}
