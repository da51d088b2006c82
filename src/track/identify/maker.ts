import type { Belief, Reason } from '../../model/identity.ts';
import { belief, firstReasons, rounded } from './belief.ts';
import { attributesOf, type Evident, type Hit, MAKER_KEYS, MODEL_KEYS } from './hits.ts';
import type { Signal } from './signal.ts';
import { MODULE_MAKERS } from './signals/makers.ts';

/** Bits for a maker by where its name is from: a name looked up may be that of an app's maker. */
const NAMED_BITS = 5;
const ASKED_BITS = 2;
const MODULE_BITS = 1;
/** Some maker that nothing names, in bits. */
const OTHER_BITS = 1;
/** A model that the device itself names, in bits; and what speaks for any other. */
const MODEL_BITS = 6;
const OTHER_MODEL_BITS = 3;
const NAMED = 0.6;

/** Who made a device: what it says, whose models and servers it names, and whose its hardware address is. */
export function makerBy(hits: readonly Hit[], { makers, traits }: Evident): Belief<string> | undefined {
  const tally = new Tally();
  for (const name of attributesOf(traits, MAKER_KEYS)) tally.add(name, NAMED_BITS, { from: 'announced', saw: name });
  for (const { signal, saw } of hits)
    if (signal.vendor !== undefined)
      tally.add(signal.vendor, signal.from === 'looked-up' ? ASKED_BITS : NAMED_BITS, { from: signal.from, saw });
  for (const name of makers)
    tally.add(name, MODULE_MAKERS.test(name) ? MODULE_BITS : NAMED_BITS, { from: 'hardware-address', saw: name });
  return tally.best();
}

/** What its model is called: by itself, else as a family of its maker's models. */
export function modelBy(hits: readonly Hit[], { traits }: Evident): Belief<string> | undefined {
  const announced = attributesOf(traits, MODEL_KEYS)[0];
  if (announced !== undefined)
    return {
      value: announced,
      confidence: rounded(share(MODEL_BITS, OTHER_MODEL_BITS)),
      because: [{ from: 'announced', saw: announced }],
    };
  const family = hits.filter(({ signal }) => signal.model).sort((a, b) => weight(b.signal) - weight(a.signal))[0];
  return family && belief(family.saw, share(weight(family.signal), OTHER_MODEL_BITS), [family], () => 0);
}

/** Bits for each name of a maker; spellings of one maker count together. */
class Tally {
  readonly #names = new Map<string, { bits: number; reasons: Reason[] }>();

  add(name: string, bits: number, reason: Reason): void {
    const known = [...this.#names.keys()].find((other) => sameMaker(other, name)) ?? name;
    const entry = this.#names.get(known) ?? { bits: 0, reasons: [] };
    entry.bits += bits;
    entry.reasons.push(reason);
    this.#names.set(known, entry);
  }

  best(): Belief<string> | undefined {
    const [first, ...others] = [...this.#names].sort((a, b) => b[1].bits - a[1].bits);
    if (!first) return undefined;
    const [value, { bits, reasons }] = first;
    const rest = others.reduce((sum, [, other]) => sum + 2 ** other.bits, 2 ** OTHER_BITS);
    const confidence = 2 ** bits / (2 ** bits + rest);
    return confidence < NAMED ? undefined : { value, confidence: rounded(confidence), because: firstReasons(reasons) };
  }
}

/** `D-Link` and `D-Link International` are one. */
function sameMaker(a: string, b: string): boolean {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');
  const [shorter = '', longer = ''] = [plain(a), plain(b)].sort((x, y) => x.length - y.length);
  return shorter !== '' && longer.startsWith(shorter);
}

function share(bits: number, others: number): number {
  return 2 ** bits / (2 ** bits + 2 ** others);
}

function weight({ says }: Signal): number {
  return Math.max(...Object.values(says));
}
