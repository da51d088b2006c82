/**
 * The firewall sees what a bridge passes from port to port only where the kernel is told to show it (br_netfilter). It
 * is told so where an interface of the home is a bridge, and nowhere else.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { KernelSettings } from '../source/live/kernel-settings.ts';

const HOOKS = ['ip', 'ip6'].map((family) => parameterOf(family));
const ARP = parameterOf('arp');
const MODPROBE_MS = 5000;

/** Must stay as it is as long as rules stay in force. */
export function isBridgeHook(parameter: string): boolean {
  return parameter === ARP || HOOKS.includes(parameter);
}

/** @returns whether all that passes the home's bridges is seen by the firewall; true where there is no bridge */
export function showBridges(lan: readonly string[], settings: KernelSettings): boolean {
  if (!lan.some((name) => existsSync(`/sys/class/net/${name}/bridge`))) return true;
  return isThere() ? HOOKS.every((hook) => settings.set(hook, '1')) : loadModule() && introduce(settings);
}

const isThere = () => existsSync(`/proc/sys/${HOOKS[0]}`);

function loadModule(): boolean {
  try {
    execFileSync('modprobe', ['br_netfilter'], { stdio: 'ignore', timeout: MODPROBE_MS });
    return isThere();
  } catch {
    return false;
  }
}

/** The module begins with all hooks on; without it they were off, and off they are to be again. */
function introduce(settings: KernelSettings): boolean {
  settings.set(ARP, '0', '0');
  return HOOKS.map((hook) => settings.set(hook, '1', '0')).every(Boolean);
}

function parameterOf(family: string): string {
  return `net/bridge/bridge-nf-call-${family}tables`;
}
