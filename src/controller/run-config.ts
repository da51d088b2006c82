import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { Check, Errors } from 'typebox/value';
import { RunConfig } from '../contract/config.ts';
import { parseAddress, scopeOf } from '../model/address.ts';

/** Reads the configuration of a run. @throws with a sentence that names file and field */
export function readRunConfig(path: string): RunConfig {
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (!Check(RunConfig, value)) {
    const [first] = Errors(RunConfig, value);
    throw new Error(`${path}: ${first?.instancePath || 'configuration'} ${first?.message ?? 'is not right'}`);
  }
  refuseAddresses(value, path);
  return value;
}

/** Nothing that others can reach in a demo, and never every address: one of them may face the internet. */
function refuseAddresses({ listen, demo }: RunConfig, path: string): void {
  for (const address of listen) {
    const words = isIP(address) ? parseAddress(address) : undefined;
    const scope = words && scopeOf(...words);
    if (scope === undefined || scope === 'unspecified')
      throw new Error(`${path}: listen: ${address} is no address of one interface`);
    if (demo && scope !== 'loopback')
      throw new Error(`${path}: listen: ${address} is no loopback address, as a demo needs`);
  }
  if (listen.length === 0) throw new Error(`${path}: listen: no address`);
}
