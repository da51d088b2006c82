import type { Line } from './layout.ts';
import { type Scene, screenRadius, strengthOf } from './paint.ts';

/** Lines that carry moving dots at a time; the busiest. */
export const MAX_MOVING = 120;
const MAX_DOTS = 4;
/** With more moving lines than this each carries one dot each way. */
const CROWDED = 50;

/** The lines with traffic right now, the busiest first. */
export function movingLines(lines: readonly Line[]): Line[] {
  return lines
    .filter(({ edge }) => edge.up + edge.down > 0)
    .sort((a, b) => b.edge.up + b.edge.down - (a.edge.up + a.edge.down))
    .slice(0, MAX_MOVING);
}

/** Dots travel the way the bytes go: more of them, and larger, the more bytes. `time` in ms only sets where they are. */
export function paintDots(
  context: OffscreenCanvasRenderingContext2D,
  scene: Scene,
  lines: readonly Line[],
  time: number,
): void {
  for (const [colour, outward] of [
    [scene.style.up, true],
    [scene.style.down, false],
  ] as const) {
    context.fillStyle = colour;
    for (const strength of [1, 0]) {
      context.globalAlpha = strength === 1 ? 1 : 0.15;
      context.beginPath();
      for (const line of lines) {
        if ((strengthOf(line, scene.emphasis) === 1) === (strength === 1))
          traceDots(context, scene, line, outward, lines.length > CROWDED ? 1 : MAX_DOTS, time);
      }
      context.fill();
    }
  }
  context.globalAlpha = 1;
}

function traceDots(
  context: OffscreenCanvasRenderingContext2D,
  { camera }: Scene,
  { source, target, edge }: Line,
  outward: boolean,
  most: number,
  time: number,
): void {
  const rate = outward ? edge.up : edge.down;
  if (rate <= 0) return;
  const [sx, sy] = camera.toScreen(source.x, source.y);
  const [tx, ty] = camera.toScreen(target.x, target.y);
  const length = Math.hypot(tx - sx, ty - sy) || 1;
  const from = screenRadius(source, camera) / length;
  const room = 1 - from - screenRadius(target, camera) / length;
  if (room * length < 8) return;
  const decades = Math.max(0, Math.log10(rate));
  const dots = Math.min(most, 1 + Math.floor(decades / 2));
  const radius = Math.min(2.8, 1 + decades * 0.26);
  const speed = 26 + decades * 9;
  const side = outward ? 1.8 : -1.8;
  const offsetX = (-(ty - sy) / length) * side;
  const offsetY = ((tx - sx) / length) * side;
  const phase = ((time / 1000) * speed) / (room * length);
  for (let dot = 0; dot < dots; dot++) {
    const along = (phase + dot / dots) % 1;
    const share = from + room * (outward ? along : 1 - along);
    const x = sx + (tx - sx) * share + offsetX;
    const y = sy + (ty - sy) * share + offsetY;
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
  }
}
