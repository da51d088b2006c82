import {
  type Force,
  forceCollide,
  forceLink,
  forceManyBody,
  forceSimulation,
  forceX,
  forceY,
  type Simulation,
  type SimulationLinkDatum,
  type SimulationNodeDatum,
} from 'd3-force';
import type { Box } from './camera.ts';
import { isInside, type PictureEdge, type PictureNode } from './graph.ts';

/** A circle with its place in the world and the radius that it grows towards. */
export type Placed = SimulationNodeDatum & { node: PictureNode; x: number; y: number; radius: number; target: number };
/** A line with the places of its ends. */
export type Line = SimulationLinkDatum<Placed> & { edge: PictureEdge; source: Placed; target: Placed };

/** How far devices keep from the border of the home and far ends from its outside, as shares of its size. */
const INNER = 0.8;
const OUTER = 1.2;
const SMALLEST_HOME = 105;
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/** The home is an ellipse in the middle with the devices in it; whom they talk to lies around it, near them. */
export class Layout {
  circles: Placed[] = [];
  lines: Line[] = [];
  /** Half axes of the home. */
  home = { a: SMALLEST_HOME, b: SMALLEST_HOME };

  private readonly byId = new Map<string, Placed>();
  private readonly linkForce = forceLink<Placed, Line>([])
    .distance((line) => 34 + line.source.target + line.target.target)
    .strength((line) => (isInside(line.target.node) ? 0.004 : 0.12));
  private readonly simulation: Simulation<Placed, Line>;
  private aspect = 1.4;

  constructor() {
    this.simulation = forceSimulation<Placed, Line>([])
      .stop()
      .alphaDecay(0.035)
      .velocityDecay(0.45)
      .force('link', this.linkForce)
      .force(
        'charge',
        forceManyBody<Placed>()
          .strength((circle) => (isInside(circle.node) ? -150 : -70))
          .distanceMax(300)
          .theta(1.1),
      )
      .force(
        'collide',
        forceCollide<Placed>((circle) => circle.target + (isInside(circle.node) ? 17 : 8)).strength(0.7),
      )
      .force(
        'x',
        forceX<Placed>(0).strength((circle) => pull(circle.node, 0.05, 0.012)),
      )
      .force(
        'y',
        forceY<Placed>(0).strength((circle) => pull(circle.node, 0.07, 0.022)),
      )
      .force('border', this.border());
  }

  get moving(): boolean {
    return this.simulation.alpha() > this.simulation.alphaMin();
  }

  find(id: string | undefined): Placed | undefined {
    return id === undefined ? undefined : this.byId.get(id);
  }

  shape(aspect: number): void {
    const next = Math.min(1.75, Math.max(0.5, aspect));
    if (Math.abs(next - this.aspect) < 0.05) return;
    this.aspect = next;
    this.resizeHome();
    this.reheat(0.4);
  }

  /** Takes over a new graph. What was there stays where it is; only a change of structure sets things in motion.
   * @returns whether it did */
  update(nodes: readonly PictureNode[], edges: readonly PictureEdge[]): boolean {
    const first = this.circles.length === 0;
    const structure = this.replaceCircles(nodes, edges) || this.lines.length !== edges.length;
    this.lines = edges.flatMap((edge) => {
      const source = this.byId.get(edge.from);
      const target = this.byId.get(edge.to);
      return source && target && source !== target ? [{ edge, source, target }] : [];
    });
    this.resizeHome();
    if (!structure) return false;
    this.simulation.nodes(this.circles);
    this.linkForce.links(this.lines);
    this.reheat(first ? 1 : 0.22);
    if (first) this.simulation.tick(110);
    return true;
  }

  reheat(alpha: number): void {
    this.simulation.alpha(Math.max(alpha, this.simulation.alpha()));
  }

  /** One step of movement and of growing; returns whether anything still changes. */
  step(): boolean {
    if (this.moving) this.simulation.tick();
    let growing = false;
    for (const circle of this.circles) {
      const difference = circle.target - circle.radius;
      if (Math.abs(difference) < 0.15) continue;
      circle.radius += difference * 0.14;
      growing = true;
    }
    return this.moving || growing;
  }

  box(): Box {
    const box = { left: -this.home.a, top: -this.home.b, right: this.home.a, bottom: this.home.b };
    for (const { x, y, target } of this.circles) {
      box.left = Math.min(box.left, x - target);
      box.right = Math.max(box.right, x + target);
      box.top = Math.min(box.top, y - target);
      box.bottom = Math.max(box.bottom, y + target);
    }
    return box;
  }

  private replaceCircles(nodes: readonly PictureNode[], edges: readonly PictureEdge[]): boolean {
    const wanted = new Set(nodes.map((node) => node.id));
    let changed = false;
    for (const id of this.byId.keys()) {
      if (wanted.has(id)) continue;
      this.byId.delete(id);
      changed = true;
    }
    const neighbour = new Map(edges.map((edge) => [edge.to, edge.from]));
    for (const node of nodes) {
      const target = radiusOf(node);
      const known = this.byId.get(node.id);
      if (known) Object.assign(known, { node, target });
      else this.byId.set(node.id, this.place(node, target, this.byId.get(neighbour.get(node.id) ?? '')));
      changed ||= !known;
    }
    this.circles = [...this.byId.values()];
    return changed;
  }

  /** Devices begin on a sunflower's spiral, far ends beyond the border behind the device that talks to them. */
  private place(node: PictureNode, target: number, beside: Placed | undefined): Placed {
    const index = this.byId.size;
    const angle = index * GOLDEN_ANGLE;
    if (node.type === 'router') return { node, x: 0, y: 0, radius: 0, target };
    if (isInside(node)) {
      const distance = 26 * Math.sqrt(index + 0.5);
      return { node, x: Math.cos(angle) * distance * this.aspect, y: Math.sin(angle) * distance, radius: 0, target };
    }
    const away = beside ? Math.atan2(beside.y / this.home.b, beside.x / this.home.a) + Math.sin(angle) * 0.25 : angle;
    const reach = 1.35 + 0.1 * ((index * 7) % 5);
    return {
      node,
      x: Math.cos(away) * this.home.a * reach,
      y: Math.sin(away) * this.home.b * reach,
      radius: 0,
      target,
    };
  }

  private resizeHome(): void {
    let area = 0;
    for (const { node, target } of this.circles) if (isInside(node)) area += (target + 30) ** 2;
    const radius = Math.max(SMALLEST_HOME, Math.sqrt(area) * 1.12);
    const stretch = Math.sqrt(this.aspect);
    this.home = { a: radius * stretch, b: radius / stretch };
  }

  private border(): Force<Placed, Line> {
    return (alpha: number) => {
      const { a, b } = this.home;
      for (const circle of this.circles) {
        const distance = Math.hypot(circle.x / a, circle.y / b) || 0.001;
        const inside = isInside(circle.node);
        const limit = inside ? INNER : OUTER;
        if (inside ? distance < limit : distance > limit) continue;
        const push = (limit / distance - 1) * Math.min(1, alpha * 2 + 0.06);
        circle.vx = (circle.vx ?? 0) + circle.x * push * 0.6;
        circle.vy = (circle.vy ?? 0) + circle.y * push * 0.6;
      }
    };
  }
}

/** How strongly a circle is drawn to the middle: the router stands there. */
function pull(node: PictureNode, inside: number, outside: number): number {
  if (node.type === 'router') return 0.5;
  return isInside(node) ? inside : outside;
}

/** Traffic spans nine decades, so size follows its logarithm: each ten-fold adds as much. */
export function radiusOf(node: Pick<PictureNode, 'type' | 'bytes'>): number {
  const decades = Math.max(0, Math.log10(node.bytes + 1) - 2);
  if (node.type === 'everybody') return 10 + 1.2 * decades;
  return isInside(node) ? 15 + 1.7 * decades : 4 + 1.75 * decades;
}
