/** Where a text may stand: the middle of its upper edge, in pixels. */
export type Place = readonly [x: number, top: number];

const CELL = 48;
const HEIGHT = 14;
const GAP = 3;

/** Keeps what texts occupy in a coarse grid, so that each new one is only compared with its neighbours. */
export class LabelSpace {
  private readonly cells = new Map<number, [number, number, number, number][]>();
  private readonly width: number;
  private readonly height: number;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
  }

  /** Takes the first free place that shows the whole text. */
  first(places: readonly Place[], width: number): Place | undefined {
    return places.find(([x, top]) => x - width / 2 >= 2 && x + width / 2 <= this.width - 2 && this.take(x, top, width));
  }

  /** Takes the place and returns true when nothing is there yet. */
  take(centre: number, top: number, width: number, height = HEIGHT): boolean {
    const left = centre - width / 2 - GAP;
    const right = centre + width / 2 + GAP;
    const bottom = top + height;
    if (bottom < 0 || top > this.height) return false;
    const cells = this.keys(left, top, right, bottom);
    for (const key of cells) {
      for (const [l, t, r, b] of this.cells.get(key) ?? []) {
        if (left < r && right > l && top < b && bottom > t) return false;
      }
    }
    for (const key of cells) {
      const rectangles = this.cells.get(key);
      if (rectangles) rectangles.push([left, top, right, bottom]);
      else this.cells.set(key, [[left, top, right, bottom]]);
    }
    return true;
  }

  private keys(left: number, top: number, right: number, bottom: number): number[] {
    const keys: number[] = [];
    for (let column = Math.floor(left / CELL); column <= Math.floor(right / CELL); column++) {
      for (let row = Math.floor(top / CELL); row <= Math.floor(bottom / CELL); row++) {
        keys.push(column * 0x10000 + row);
      }
    }
    return keys;
  }
}

/** Longest text in the picture, in characters; the details have the whole. */
const LONGEST = 26;

/** Cuts in the middle, since the ends of host names tell most. */
export function shorten(text: string, longest = LONGEST): string {
  if (text.length <= longest) return text;
  const head = Math.ceil((longest - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (longest - 1 - head))}`;
}
