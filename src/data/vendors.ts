import { readFileSync } from 'node:fs';
import { decodeVendors, type VendorLookup } from './oui.ts';

/** Where `build-oui.ts` puts the registry. */
export const VENDORS_FILE = new URL('../../build/oui.bin', import.meta.url);

/** The vendor look-up; one that knows nobody where the registry was not built. */
export function loadVendors(file: URL | string = VENDORS_FILE): VendorLookup {
  try {
    return decodeVendors(readFileSync(file));
  } catch {
    return () => undefined;
  }
}
