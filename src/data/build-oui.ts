/** Compiles the vendor registry (package oui-data, from the IEEE's lists) into build/oui.bin. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { encodeVendors } from './oui.ts';
import { VENDORS_FILE } from './vendors.ts';

const registry = createRequire(import.meta.url)('oui-data') as Record<string, string>;
const vendors = new Map<string, string>();
for (const [prefix, entry] of Object.entries(registry)) {
  const name = entry.split('\n')[0]!.trim();
  if (/^([0-9a-f]{6}|[0-9a-f]{7}|[0-9a-f]{9})$/i.test(prefix) && name !== '') vendors.set(prefix.toLowerCase(), name);
}
const file = fileURLToPath(VENDORS_FILE);
mkdirSync(new URL('.', VENDORS_FILE), { recursive: true });
writeFileSync(`${file}.new`, encodeVendors(vendors));
renameSync(`${file}.new`, file);
