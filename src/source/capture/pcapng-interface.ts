const OPTION_END = 0;
const OPTION_RESOLUTION = 9;
const OPTION_OFFSET = 14;

/** What an interface description block says that matters for its frames. */
export type CaptureInterface = {
  linkType: number;
  /** 0: no limit. */
  snapLength: number;
  /** Units of a time stamp in one ms. */
  perMs: number;
  /** Added to every time stamp, ms. */
  offset: number;
};

/** Reads the body of an interface description block in [start, end). */
export function readInterface(view: DataView, start: number, end: number, littleEndian: boolean): CaptureInterface {
  let perMs = 1000;
  let offset = 0;
  for (let at = start + 8; at + 4 <= end; ) {
    const code = view.getUint16(at, littleEndian);
    const length = view.getUint16(at + 2, littleEndian);
    at += 4;
    if (code === OPTION_END || at + length > end) break;
    if (code === OPTION_RESOLUTION && length >= 1) perMs = unitsPerMs(view.getUint8(at));
    if (code === OPTION_OFFSET && length >= 8) offset = Number(view.getBigInt64(at, littleEndian)) * 1000;
    at += (length + 3) & ~3;
  }
  return {
    linkType: view.getUint16(start, littleEndian),
    snapLength: view.getUint32(start + 4, littleEndian),
    perMs,
    offset,
  };
}

/** if_tsresol: units are a negative power of ten, or of two where the highest bit is set, of a second. */
function unitsPerMs(value: number): number {
  return ((value & 0x80) !== 0 ? 2 ** (value & 0x7f) : 10 ** value) / 1000;
}
