// Elements, made by hand: all text is put in as text.

/** What an element is made of: other elements, and text. */
export type Content = Node | string;

/** Attributes that are undefined are left out. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...content: readonly Content[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, value);
  }
  element.append(...content);
  return element;
}

/** The page's own element. */
export function part<Kind extends Element>(id: string, kind: new () => Kind): Kind {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new TypeError(`The page has no ${id}.`);
  return element;
}

/** Calls `show` when what is shown is not what was shown last. Compared as text. */
export function onChange<Shown>(show: (shown: Shown) => void): (shown: Shown) => void {
  let last: string | undefined;
  return (shown) => {
    const text = JSON.stringify(shown);
    if (text === last) return;
    last = text;
    show(shown);
  };
}

/** A keystroke that is meant for the page, and not for a field or the browser. */
export function isForPage(event: KeyboardEvent): boolean {
  const isField =
    event.target instanceof HTMLElement && event.target.closest('select,input,textarea') !== null;
  return !isField && !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented;
}
