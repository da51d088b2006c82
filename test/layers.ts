/** The rules between folders (ARCHITECTURE.md), as a function of the files: path from the root → text. */
import { posix } from 'node:path';

export type Files = ReadonlyMap<string, string>;

/** Folders of the pure core with the folders each may import beside itself. */
const CORE: Record<string, readonly string[]> = {
  model: [],
  decode: ['model'],
  digest: ['model', 'decode'],
  track: ['model', 'decode', 'digest'],
  detect: ['model', 'decode', 'digest', 'track'],
  trace: ['model', 'decode', 'digest', 'track', 'detect'],
  decide: ['model', 'decode', 'digest', 'track', 'detect', 'trace'],
  'pipeline.ts': ['model', 'decode', 'digest', 'track', 'detect', 'trace', 'decide'],
};

const EDGE: Record<string, readonly string[]> = {
  contract: ['model'],
  data: ['model'],
  source: ['model', 'contract', 'decode', 'digest'],
  enforce: ['model', 'contract'],
  store: ['model', 'contract'],
  serve: ['model', 'contract'],
  cli: ['model', 'contract'],
};

/** Composition roots import everything but one another. */
const ROOTS = ['agent', 'controller', 'read'];

/** Folders beside src/ with the folders of src/ that they may import. `undefined`: any. */
const BESIDE: Record<string, readonly string[] | undefined> = {
  web: ['model', 'contract'],
  lab: ['model'],
};

/** What would let the clock, chance or the outside into the core. */
const IMPURE = [
  /\bDate\b/,
  /\bMath\.random\b/,
  /\bperformance\b/,
  /\bprocess\b/,
  /\bset(?:Timeout|Interval|Immediate)\b/,
  /\bqueueMicrotask\b/,
  /\bfetch\b/,
  /\bconsole\s*[.[]/,
  /\bglobalThis\b/,
];

const isTest = (path: string) => /\.(test|bench)\.ts$/.test(path) || path.includes('/testing/');

/** Every breach, one line each; empty when the tree is sound. */
export function breaches(files: Files): string[] {
  const programs = [...files].filter(([path]) => !isTest(path));
  const graph = new Map(programs.map(([path, text]) => [path, importsOf(path, text)]));
  const found = [...graph].flatMap(([path, targets]) => targets.flatMap((target) => forbidden(path, target)));
  found.push(...programs.flatMap(([path, text]) => impurities(path, text)));
  found.push(...cycles(graph).map((cycle) => `cycle: ${cycle.join(' → ')}`));
  return found;
}

function forbidden(path: string, target: string): string[] {
  const from = placeOf(path);
  const breach = [`${path} may not import ${target}`];
  if (!target.includes('/') || !target.startsWith('./')) {
    return from.layer !== undefined && Object.hasOwn(CORE, from.layer) ? breach : [];
  }
  const to = placeOf(target.slice(2));
  if (from.layer === undefined) {
    const allowed = BESIDE[from.top];
    if (allowed === undefined || from.top === to.top) return [];
    return to.layer !== undefined && allowed.includes(to.layer) ? [] : breach;
  }
  if (to.layer === from.layer) return [];
  if (to.layer === undefined) return breach;
  if (ROOTS.includes(from.layer)) return ROOTS.includes(to.layer) ? breach : [];
  return (CORE[from.layer] ?? EDGE[from.layer] ?? []).includes(to.layer) ? [] : breach;
}

/** `top` is the first folder; `layer` the second where the first is src. */
function placeOf(path: string): { top: string; layer: string | undefined } {
  const [top = '', second] = path.split('/');
  return { top, layer: top === 'src' ? second : undefined };
}

function impurities(path: string, text: string): string[] {
  const { layer } = placeOf(path);
  if (layer === undefined || !Object.hasOwn(CORE, layer)) return [];
  const code = withoutTexts(text);
  return IMPURE.filter((pattern) => pattern.test(code)).map((pattern) => `${path} uses ${pattern.source}`);
}

/** Code without comments and without the contents of strings. */
function withoutTexts(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, ' ');
}

const IMPORT = /\b(?:import|export)\b(?:[\s\w*{},$]*?\bfrom)?\s*\(?\s*['"]([^'"\n]+)['"]/g;

/** What a file imports: `./path/from/the/root.ts` for a file of the tree, else the package's name. */
export function importsOf(path: string, text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/[^\n]*/gm, ' ');
  return [...code.matchAll(IMPORT)].map(([, name]) =>
    name!.startsWith('.') ? `./${posix.normalize(posix.join(posix.dirname(path), name!))}` : name!,
  );
}

/** One cycle for each edge that closes one, found by depth-first search. */
function cycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const done = new Set<string>();
  const trail: string[] = [];
  const found: string[][] = [];
  const visit = (path: string): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      found.push([...trail.slice(at), path]);
      return;
    }
    if (done.has(path)) return;
    trail.push(path);
    for (const target of graph.get(path) ?? []) {
      if (target.startsWith('./')) visit(target.slice(2));
    }
    trail.pop();
    done.add(path);
  };
  for (const path of graph.keys()) visit(path);
  return found;
}
