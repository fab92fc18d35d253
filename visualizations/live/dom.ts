// Makes elements. Texts are always added as text, never as HTML.

/** What an element can hold. */
export type Content = Node | string;

/** Makes an element. An attribute that is undefined is left out. */
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

/** An element of the page. @throws TypeError when the page has none with this id and kind. */
export function part<Kind extends Element>(id: string, kind: new () => Kind): Kind {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new TypeError(`The page has no ${id}.`);
  return element;
}

/** Makes a function that calls `show` only when its argument has changed. Arguments are compared as JSON. */
export function onChange<Shown>(show: (shown: Shown) => void): (shown: Shown) => void {
  let last: string | undefined;
  return (shown) => {
    const text = JSON.stringify(shown);
    if (text === last) return;
    last = text;
    show(shown);
  };
}

/** Whether a keystroke is for the page, and not for a field or the browser. */
export function isForPage(event: KeyboardEvent): boolean {
  const isField =
    event.target instanceof HTMLElement && event.target.closest('select,input,textarea') !== null;
  return !isField && !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented;
}
