const OPTION_END = 0;
const OPTION_RESOLUTION = 9;
const OPTION_OFFSET = 14;
const WORD = 2 ** 32;

/** What an interface description block says that matters for its frames. */
export type CaptureInterface = {
  linkType: number;
  /** 0: no limit. */
  snapLength: number;
  /** One unit of the upper and the lower word of a time stamp, ms. */
  highUnit: number;
  lowUnit: number;
  /** Added to every time stamp, ms. */
  offset: number;
};

/** Reads the body of an interface description block in [start, end). */
export function readInterface(view: DataView, start: number, end: number, littleEndian: boolean): CaptureInterface {
  let unit = 0.001;
  let offset = 0;
  for (let at = start + 8; at + 4 <= end; ) {
    const code = view.getUint16(at, littleEndian);
    const length = view.getUint16(at + 2, littleEndian);
    at += 4;
    if (code === OPTION_END || at + length > end) break;
    if (code === OPTION_RESOLUTION && length >= 1) unit = resolution(view.getUint8(at));
    if (code === OPTION_OFFSET && length >= 8) offset = Number(view.getBigInt64(at, littleEndian)) * 1000;
    at += (length + 3) & ~3;
  }
  return {
    linkType: view.getUint16(start, littleEndian),
    snapLength: view.getUint32(start + 4, littleEndian),
    highUnit: WORD * unit,
    lowUnit: unit,
    offset,
  };
}

/** if_tsresol: a negative power of ten, or of two where the highest bit is set; answers ms. */
function resolution(value: number): number {
  return 1000 * ((value & 0x80) !== 0 ? 2 ** -(value & 0x7f) : 10 ** -value);
}
