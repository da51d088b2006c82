import type { ICONS } from '../lib/icons.ts';
import type { Camera } from './camera.ts';
import { isInside } from './graph.ts';
import { LabelSpace, type Place, shorten } from './labels.ts';
import type { Layout, Line, Placed } from './layout.ts';
import { paintMark, strokeIcon } from './paint-mark.ts';
import type { PictureStyle } from './protocol.ts';

/** What is drawn strongly; everything else steps back while something is in focus. */
export type Emphasis = { focus: string | undefined; hover: string | undefined; near: ReadonlySet<string> };
export type Scene = { layout: Layout; camera: Camera; style: PictureStyle; emphasis: Emphasis; insideLabel: string };

type Context = OffscreenCanvasRenderingContext2D;

const ICON_FROM = 10;
const SMALLEST_CIRCLE = 2;
const FADED = 0.16;
/** Far ends smaller than this on the screen get no label unless they are in focus. */
const LABEL_FROM = 3.2;
/** Up to so many circles every device gets its label, if need be over others. */
const ALWAYS_LABELLED = 90;
/** Length of a label, in characters, where a whole one has no room. */
const SHORT = 13;
const MAX_WIDTHS = 4000;
/** Dashes of a line that rules cut. */
const CUT = [2, 5];

const widths = new Map<string, number>();

/** Everything that stands still between changes: home, lines, circles and names. Needs `context` in CSS pixels. */
export function paintScene(context: Context, scene: Scene, width: number, height: number): void {
  context.clearRect(0, 0, width, height);
  paintHome(context, scene);
  for (const line of scene.layout.lines) paintLine(context, scene, line);
  context.globalAlpha = 1;
  for (const circle of scene.layout.circles) {
    if (onScreen(scene, circle, width, height)) paintCircle(context, scene, circle);
  }
  context.globalAlpha = 1;
  paintLabels(context, scene, width, height);
}

function paintHome(context: Context, { layout, camera, style }: Scene): void {
  const { a, b } = layout.home;
  const [x, y] = camera.toScreen(0, 0);
  context.beginPath();
  context.ellipse(x, y, a * camera.scale, b * camera.scale, 0, 0, 2 * Math.PI);
  context.fillStyle = style.home;
  context.fill();
  context.strokeStyle = style.homeLine;
  context.lineWidth = 1.25;
  context.setLineDash([2, 6]);
  context.lineCap = 'round';
  context.stroke();
  context.setLineDash([]);
}

/** On the border of the home, where nothing stands. */
function paintInsideLabel(context: Context, scene: Scene, space: LabelSpace): void {
  const { layout, camera, style, insideLabel } = scene;
  const [x, y] = camera.toScreen(0, -layout.home.b);
  context.font = `600 11.5px ${style.font}`;
  space.take(x, y - 8, widthOf(context, insideLabel), 16);
  context.textBaseline = 'middle';
  context.strokeStyle = style.surface;
  context.lineWidth = 8;
  context.strokeText(insideLabel, x, y);
  context.fillStyle = style.homeLine;
  context.fillText(insideLabel, x, y);
}

export function strengthOf(line: Line, emphasis: Emphasis): number {
  if (!emphasis.focus) return 1;
  return line.edge.from === emphasis.focus || line.edge.to === emphasis.focus ? 1 : FADED;
}

function paintLine(context: Context, { camera, style, emphasis }: Scene, line: Line): void {
  const { edge } = line;
  const active = edge.up + edge.down > 0;
  const strong = emphasis.focus !== undefined && strengthOf(line, emphasis) === 1;
  context.globalAlpha = strong ? 0.95 : strengthOf(line, emphasis) * (active ? 0.8 : 0.42);
  context.strokeStyle = strong ? (edge.up > edge.down ? style.up : style.down) : style.line;
  context.lineWidth = Math.min(4.5, 0.7 + 0.32 * Math.max(0, Math.log10(edge.bytes + 1) - 3)) * (strong ? 1.25 : 1);
  const [x1, y1] = camera.toScreen(line.source.x, line.source.y);
  const [x2, y2] = camera.toScreen(line.target.x, line.target.y);
  if (edge.cut) context.setLineDash(CUT);
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
  if (edge.cut) context.setLineDash([]);
}

export function screenRadius(circle: Placed, camera: Camera): number {
  return Math.max(SMALLEST_CIRCLE, circle.radius * Math.min(camera.scale, 2.4));
}

function paintCircle(context: Context, { camera, style, emphasis }: Scene, circle: Placed): void {
  const { node } = circle;
  const [x, y] = camera.toScreen(circle.x, circle.y);
  const radius = screenRadius(circle, camera);
  const inside = isInside(node);
  context.globalAlpha = !emphasis.focus || emphasis.near.has(node.id) ? 1 : FADED + 0.06;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = inside ? style.surface : style.far;
  context.fill();
  if (radius > 5) paintShares(context, style, circle, x, y, radius);
  else if (inside) {
    context.fillStyle = style.device;
    context.fill();
  }
  if (inside && radius >= ICON_FROM) paintIcon(context, style, node.icon ?? 'device', x, y, radius);
  if (node.type === 'group' || node.type === 'others') paintCount(context, style, circle, x, y, radius);
  if (node.mark) paintMark(context, style, node.mark, x, y, radius);
  if (node.id === emphasis.focus || node.id === emphasis.hover) {
    context.beginPath();
    context.arc(x, y, radius + 4.5, 0, 2 * Math.PI);
    context.strokeStyle = style.focus;
    context.lineWidth = node.id === emphasis.focus ? 2.5 : 1.5;
    context.stroke();
  }
}

/** The rim says which share went out and which came in, from the top clockwise. */
function paintShares(
  context: Context,
  style: PictureStyle,
  circle: Placed,
  x: number,
  y: number,
  radius: number,
): void {
  const start = -Math.PI / 2;
  const middle = start + 2 * Math.PI * circle.node.upShare;
  context.lineWidth = circle.node.type === 'device' ? 2.4 : 1.8;
  context.lineCap = 'butt';
  context.strokeStyle = circle.node.bytes > 0 ? style.down : style.line;
  context.beginPath();
  context.arc(x, y, radius, middle, start + 2 * Math.PI);
  context.stroke();
  if (circle.node.upShare <= 0) return;
  context.strokeStyle = style.up;
  context.beginPath();
  context.arc(x, y, radius, start, middle);
  context.stroke();
}

function paintIcon(
  context: Context,
  style: PictureStyle,
  name: keyof typeof ICONS,
  x: number,
  y: number,
  radius: number,
): void {
  strokeIcon(context, name, x, y, radius * 1.14, style.device);
}

function paintCount(context: Context, style: PictureStyle, circle: Placed, x: number, y: number, radius: number): void {
  if (radius < 8.5) return;
  context.font = `600 ${Math.min(12, radius)}px ${style.font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = style.ink;
  const text = circle.node.type === 'others' ? `+${circle.node.members}` : `${circle.node.members}`;
  context.fillText(text, x, y + 0.5);
}

function paintLabels(context: Context, scene: Scene, width: number, height: number): void {
  const { camera, emphasis, layout } = scene;
  const space = new LabelSpace(width - camera.inset, height);
  const wanted = layout.circles.filter((circle) => onScreen(scene, circle, width, height));
  for (const circle of wanted) {
    const [x, y] = camera.toScreen(circle.x, circle.y);
    const radius = screenRadius(circle, camera);
    const share = isInside(circle.node) ? 1.9 : 1.1;
    space.take(x, y - (radius * share) / 2, radius * share - 4, radius * share);
  }
  wanted.sort((a, b) => importance(b, emphasis) - importance(a, emphasis));
  context.textAlign = 'center';
  context.lineJoin = 'round';
  paintInsideLabel(context, scene, space);
  context.textBaseline = 'top';
  const every = wanted.length <= ALWAYS_LABELLED;
  for (const circle of wanted) paintLabel(context, scene, space, circle, every);
  paintServices(context, scene, space);
}

function importance({ node, target }: Placed, emphasis: Emphasis): number {
  const focused = node.id === emphasis.focus || node.id === emphasis.hover ? 4000 : 0;
  return focused + (emphasis.near.has(node.id) ? 2000 : 0) + (isInside(node) ? 1000 : 0) + target;
}

function paintLabel(context: Context, scene: Scene, space: LabelSpace, circle: Placed, every: boolean): void {
  const { camera, style, emphasis } = scene;
  const { node } = circle;
  const near = emphasis.near.has(node.id) || node.id === emphasis.hover;
  const radius = screenRadius(circle, camera);
  if (!node.label || (!near && (emphasis.focus !== undefined || radius < LABEL_FROM))) return;
  const inside = isInside(node);
  context.font = inside ? `600 12px ${style.font}` : `11px ${style.font}`;
  const [x, y] = camera.toScreen(circle.x, circle.y);
  const where = inside ? 'inside' : circle.x < 0 ? 'left' : 'right';
  let label = '';
  let place: Place | undefined;
  for (const longest of near ? [40, SHORT] : inside ? [22, SHORT] : [26]) {
    label = shorten(node.label, longest);
    const width = widthOf(context, label);
    place = space.first(placesFor(x, y, radius, width, where), width);
    if (place) break;
  }
  if (!place && inside && every) place = [x, y + radius + 3];
  if (!place) return;
  context.strokeStyle = style.surface;
  context.lineWidth = 3;
  context.strokeText(label, place[0], place[1]);
  context.fillStyle = inside ? style.ink : style.muted;
  context.fillText(label, place[0], place[1]);
}

/** Below first for what is inside; for far ends first on the side that faces away from the home. */
function placesFor(x: number, y: number, radius: number, width: number, where: 'inside' | 'left' | 'right'): Place[] {
  const beside = radius + 4 + width / 2;
  const slant = radius * 0.72;
  const vertical: Place[] = [
    [x, y + radius + 3],
    [x, y - radius - 16],
  ];
  const right: Place = [x + beside, y - 6];
  const left: Place = [x - beside, y - 6];
  if (where !== 'inside') return [...(where === 'left' ? [left, right] : [right, left]), ...vertical];
  const corners = [1, -1].flatMap((down): Place[] =>
    [1, -1].map((side) => [x + side * (slant + width / 2 + 2), y + down * slant - 6]),
  );
  return [...vertical, right, left, ...corners];
}

/** Services stand on the lines of what is in focus, and on all lines while there are few. */
function paintServices(context: Context, { camera, style, emphasis, layout }: Scene, space: LabelSpace): void {
  const all = layout.lines.length <= 30 || camera.scale > 2.2;
  context.font = `10.5px ${style.font}`;
  for (const line of layout.lines) {
    const strong = emphasis.focus !== undefined && strengthOf(line, emphasis) === 1;
    if (!strong && (!all || emphasis.focus !== undefined)) continue;
    const [x, y] = camera.toScreen(
      line.source.x * 0.45 + line.target.x * 0.55,
      line.source.y * 0.45 + line.target.y * 0.55,
    );
    if (!space.take(x, y - 7, widthOf(context, line.edge.service), 13)) continue;
    context.strokeStyle = style.surface;
    context.lineWidth = 4;
    context.strokeText(line.edge.service, x, y - 6);
    context.fillStyle = style.muted;
    context.fillText(line.edge.service, x, y - 6);
  }
}

function widthOf(context: Context, text: string): number {
  const key = `${context.font}\n${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size >= MAX_WIDTHS) widths.clear();
    width = context.measureText(text).width;
    widths.set(key, width);
  }
  return width;
}

function onScreen({ camera }: Scene, circle: Placed, width: number, height: number): boolean {
  const [x, y] = camera.toScreen(circle.x, circle.y);
  const reach = screenRadius(circle, camera) + 20;
  return x > -reach && y > -reach && x < width + reach && y < height + reach;
}
