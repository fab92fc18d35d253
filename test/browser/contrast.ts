// In the page: the contrast of texts and of outlines against what is behind them, from the colours that Chromium computes.

/** One text or outline. */
interface Contrast {
  readonly what: string;
  /** 1 to 21. @see WCAG 2.2, "contrast ratio" */
  readonly ratio: number;
}

/** The contrast of every visible text. It is one function, since it runs in the page. */
export function contrastsIn(): readonly Contrast[] {
  type Colour = readonly [red: number, green: number, blue: number, alpha: number];
  const read = (text: string): Colour => {
    const [r = 0, g = 0, b = 0, a = 1] = [...text.matchAll(/[\d.]+/g)].map(Number);
    return text.startsWith('rgb') ? [r, g, b, a] : [0, 0, 0, 0];
  };
  const over = ([r, g, b, a]: Colour, [x, y, z]: Colour): Colour => [
    r * a + x * (1 - a),
    g * a + y * (1 - a),
    b * a + z * (1 - a),
    1,
  ];
  const light = ([r, g, b]: Colour): number => {
    const [x = 0, y = 0, z = 0] = [r, g, b].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element: Element | null): Colour =>
    element
      ? over(read(getComputedStyle(element).backgroundColor), behind(element.parentElement))
      : [255, 255, 255, 1];
  /** Shapes are painted in the order of the document, so the last one before the text that is there is behind it. */
  const behindText = (text: SVGElement): Colour => {
    const { x, y, width, height } = text.getBoundingClientRect();
    const [across, down] = [x + width / 2, y + height / 2];
    const shapes = [...(text.ownerSVGElement?.querySelectorAll('rect,circle') ?? [])];
    return shapes
      .filter((shape) => shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING)
      .filter((shape) => {
        const box = shape.getBoundingClientRect();
        return box.left <= across && box.right >= across && box.top <= down && box.bottom >= down;
      })
      .reduce((ground, shape): Colour => {
        const { fill, fillOpacity, opacity } = getComputedStyle(shape);
        const [r, g, b, a] = read(fill);
        return over([r, g, b, a * Number(fillOpacity) * Number(opacity)], ground);
      }, behind(text.ownerSVGElement));
  };
  const hasText = (element: Element): boolean =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
  const isSeen = (element: Element): boolean =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    element.getClientRects().length > 0;
  return [...document.body.querySelectorAll('*')]
    .filter(
      (element) => hasText(element) && isSeen(element) && !element.closest('script,template,title,desc'),
    )
    .map((element) => {
      const { color, fill } = getComputedStyle(element);
      const ground = element instanceof SVGElement ? behindText(element) : behind(element);
      const ink = over(read(element instanceof SVGElement ? fill : color), ground);
      const [one, other] = [light(ink), light(ground)];
      const what = `${element.tagName} .${element.getAttribute('class') ?? ''} in #${element.closest('[id]')?.id}: ${element.textContent}`;
      return { what, ratio: (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05) };
    });
}

/** The contrast of the edges of states, and of arrows, with the paper that they are on. */
export function outlinesIn(): readonly Contrast[] {
  const lightOf = (text: string): number => {
    const [x = 0, y = 0, z = 0] = [...text.matchAll(/[\d.]+/g)].slice(0, 3).map((value) => {
      const part = Number(value) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const variable = (name: string): string => {
    const probe = document.createElement('i');
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
  const papers = ['--paper', '--frame'].map((name) => lightOf(variable(name)));
  const lines = [...document.querySelectorAll('#map :is(.shape,.line),#phase-pane :is(.shape,.line)')];
  return lines
    .filter((line) => line.checkVisibility() && !line.classList.contains('flash'))
    .map((line) => {
      const one = lightOf(getComputedStyle(line).stroke);
      const ratios = papers.map((other) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05));
      return {
        what: `${line.parentElement?.getAttribute('class')} ${line.tagName}`,
        ratio: Math.min(...ratios),
      };
    });
}
