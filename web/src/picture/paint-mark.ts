import type { Mark } from '../act/marks.ts';
import { ICONS } from '../lib/icons.ts';
import type { PictureStyle } from './protocol.ts';

type Context = OffscreenCanvasRenderingContext2D;

const SMALLEST = 6;
const LARGEST = 9.5;

const icons = new Map<string, Path2D>();

/** A line drawing of `size` around a point. */
export function strokeIcon(
  context: Context,
  name: keyof typeof ICONS,
  x: number,
  y: number,
  size: number,
  colour: string,
): void {
  let path = icons.get(name);
  if (!path) {
    path = new Path2D(ICONS[name]);
    icons.set(name, path);
  }
  const scale = size / 24;
  context.save();
  context.translate(x - 12 * scale, y - 12 * scale);
  context.scale(scale, scale);
  context.lineWidth = 1.6;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.strokeStyle = colour;
  context.stroke(path);
  context.restore();
}

/** A badge on the shoulder of a circle: its sign tells what holds, its colour only how grave that is. */
export function paintMark(
  context: Context,
  style: PictureStyle,
  mark: Mark,
  x: number,
  y: number,
  radius: number,
): void {
  const size = Math.min(LARGEST, Math.max(SMALLEST, radius * 0.42));
  const reach = radius * 0.78;
  const [markX, markY] = [x + reach, y - reach];
  context.beginPath();
  context.arc(markX, markY, size, 0, 2 * Math.PI);
  context.fillStyle = mark.wanted ? style.surface : colourOf(mark, style);
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = mark.wanted ? colourOf(mark, style) : style.surface;
  context.stroke();
  strokeIcon(context, mark.action, markX, markY, size * 1.5, mark.wanted ? colourOf(mark, style) : style.surface);
}

function colourOf({ action }: Mark, style: PictureStyle): string {
  if (action === 'allow') return style.device;
  return action === 'block' || action === 'isolated' ? style.danger : style.attention;
}
