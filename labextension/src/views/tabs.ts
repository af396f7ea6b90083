import { Panel, TabBar, Widget } from '@lumino/widgets';

/** A tab bar over pages of which one is shown. Laid out by style sheets alone. */
export class Tabs extends Panel {
  /** @param label - Name of the tab bar for screen readers. */
  constructor(label: string) {
    super();
    this.addClass('bpl-Tabs');
    this.bar = new TabBar<Widget>({ renderer: new PageTabs() });
    this.bar.addClass('bpl-TabBar');
    this.bar.contentNode.setAttribute('aria-label', label);
    this.addWidget(this.bar);
    this.bar.currentChanged.connect(this._onCurrentChanged, this);
    this.bar.tabActivateRequested.connect(this._onCurrentChanged, this);
  }

  readonly bar: TabBar<Widget>;

  /** Add a page; its title labels the tab. */
  addPage(page: Widget): void {
    page.addClass('bpl-Page');
    page.node.setAttribute('role', 'tabpanel');
    page.node.setAttribute('aria-label', page.title.label);
    page.hide();
    this.addWidget(page);
  }

  /** Show tabs for these pages alone, in this order. */
  offer(pages: Widget[]): void {
    const titles = pages.map(page => page.title);
    if (titles.length === this.bar.titles.length && titles.every((title, i) => title === this.bar.titles[i])) {
      return;
    }
    for (const title of [...this.bar.titles]) {
      if (!titles.includes(title)) {
        title.owner.hide();
        this.bar.removeTab(title);
      }
    }
    titles.forEach((title, i) => this.bar.insertTab(i, title));
  }

  get current(): Widget | null {
    return this.bar.currentTitle?.owner ?? null;
  }

  set current(page: Widget | null) {
    this.bar.currentTitle = page?.title ?? null;
  }

  private _onCurrentChanged(): void {
    for (const { owner } of this.bar.titles) {
      owner.setHidden(owner !== this.current);
    }
  }
}

class PageTabs extends TabBar.Renderer {
  override createTabARIA(data: TabBar.IRenderData<Widget>): ReturnType<TabBar.Renderer['createTabARIA']> {
    return { ...super.createTabARIA(data), 'aria-controls': data.title.owner.id };
  }
}
