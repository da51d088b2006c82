/**
 * An assembler for the kernel's classic packet filters (Documentation/networking/filter.rst): struct sock_filter is
 * u16 code, u8 jump if true, u8 jump if false, u32 constant. Jumps go forward to labels; a label farther than 255
 * instructions is refused.
 */

type Jump = { label: string };
type Line =
  | { code: number; k: number | Jump; whenTrue?: string; whenFalse?: string }
  /** A place that jumps name. */
  | { label: string };

export class BpfProgram {
  readonly #lines: Line[] = [];

  label(name: string): this {
    this.#lines.push({ label: name });
    return this;
  }

  /** A = the byte, half word or word at offset k (`ld`), or at X + k (`ldx…`). */
  byte(k: number): this {
    return this.#add(0x30, k);
  }
  half(k: number): this {
    return this.#add(0x28, k);
  }
  word(k: number): this {
    return this.#add(0x20, k);
  }
  byteAtX(k: number): this {
    return this.#add(0x50, k);
  }
  halfAtX(k: number): this {
    return this.#add(0x48, k);
  }
  /** X = length of the IPv4 header at offset k. */
  ipv4HeaderLength(k: number): this {
    return this.#add(0xb1, k);
  }
  setX(k: number): this {
    return this.#add(0x01, k);
  }
  /** X = A. */
  toX(): this {
    return this.#add(0x07, 0);
  }
  addX(): this {
    return this.#add(0x0c, 0);
  }
  /** A = length of the packet on the wire. */
  length(): this {
    return this.#add(0x80, 0);
  }
  subtractX(): this {
    return this.#add(0x1c, 0);
  }
  and(k: number): this {
    return this.#add(0x54, k);
  }
  shiftRight(k: number): this {
    return this.#add(0x74, k);
  }
  /** Jumps where A equals, is greater than, or has a bit in common with k; without a label goes on. */
  ifEqual(k: number, whenTrue?: string, whenFalse?: string): this {
    return this.#jump(0x15, k, whenTrue, whenFalse);
  }
  ifGreater(k: number, whenTrue?: string, whenFalse?: string): this {
    return this.#jump(0x25, k, whenTrue, whenFalse);
  }
  ifAnyBit(k: number, whenTrue?: string, whenFalse?: string): this {
    return this.#jump(0x45, k, whenTrue, whenFalse);
  }
  goto(label: string): this {
    return this.#add(0x05, { label });
  }
  /** Takes the packet's first k bytes; 0 drops it. */
  accept(k: number): this {
    return this.#add(0x06, k);
  }

  /** @throws RangeError for a jump that is too far or goes nowhere */
  assemble(): Uint8Array {
    const places = this.#places();
    const code = this.#lines.filter((line) => 'code' in line);
    const bytes = new Uint8Array(code.length * 8);
    const view = new DataView(bytes.buffer);
    code.forEach((line, at) => {
      const distance = (label: string | undefined, farthest = 255) => {
        if (label === undefined) return 0;
        const to = (places.get(label) ?? -1) - at - 1;
        if (to < 0 || to > farthest) throw new RangeError(`a jump of ${to} to ${label}`);
        return to;
      };
      view.setUint16(at * 8, line.code, true);
      view.setUint8(at * 8 + 2, distance(line.whenTrue));
      view.setUint8(at * 8 + 3, distance(line.whenFalse));
      view.setUint32(at * 8 + 4, typeof line.k === 'number' ? line.k : distance(line.k.label, 4095), true);
    });
    return bytes;
  }

  #places(): Map<string, number> {
    const places = new Map<string, number>();
    let at = 0;
    for (const line of this.#lines) {
      if ('code' in line) at++;
      else places.set(line.label, at);
    }
    return places;
  }

  #add(code: number, k: number | Jump): this {
    this.#lines.push({ code, k });
    return this;
  }

  #jump(code: number, k: number, whenTrue?: string, whenFalse?: string): this {
    this.#lines.push({ code, k, ...(whenTrue ? { whenTrue } : {}), ...(whenFalse ? { whenFalse } : {}) });
    return this;
  }
}
