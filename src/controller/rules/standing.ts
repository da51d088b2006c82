import type { DeviceView, NodeView, TrippedView } from '../../contract/api.ts';
import { type Asked, type Effect, Effects } from '../../decide/effect.ts';
import { policyAt } from '../../decide/policy.ts';
import type { Rules } from '../../decide/rules.ts';
import { isActive } from '../../decide/schedule.ts';
import type { Conversation } from '../../model/home.ts';
import type { GuardPreferences, HomeFacts } from '../../model/household.ts';
import type { DesiredPolicy } from '../../model/policy.ts';
import { protocolNumber } from '../../model/protocols.ts';

export type OfDevice = Pick<DeviceView, 'rules' | 'ladder' | 'tripped' | 'hidden' | 'console'>;
export type OfNode = Pick<NodeView, 'cutBy' | 'allowedBy' | 'hidden'>;

export type StandingOptions = {
  rules: Rules;
  facts: HomeFacts;
  policy: DesiredPolicy;
  preferences: GuardPreferences;
  at: number;
  /** Whether the kernel does what an entry says. */
  isInForce: (id: string) => boolean;
  tripped: ReadonlyMap<string, TrippedView>;
};

/** What the rules mean for devices, far ends and conversations at one moment. */
export class Standing {
  readonly #options: StandingOptions;
  readonly #effects: Effects;
  readonly #hiding: Effects | undefined;
  readonly #devices: ReadonlyMap<string, Omit<OfDevice, 'tripped'>>;

  constructor(options: StandingOptions) {
    this.#options = options;
    this.#effects = new Effects(options.policy);
    this.#hiding = hiding(options);
    this.#devices = ofDevices(options);
  }

  device(id: string): OfDevice {
    const tripped = this.#options.tripped.get(id);
    return { ...this.#devices.get(id), ...(tripped && { tripped }) };
  }

  conversation(asked: Asked): OfNode {
    const { cutBy, allowedBy } = this.#effects.of(asked);
    const isHidden =
      this.#devices.get(asked.device)?.hidden === true ||
      ('device' in asked.node && this.#devices.get(asked.node.device)?.hidden === true) ||
      this.#hiding?.of(asked).cutBy !== undefined;
    return {
      ...this.#real({ ...(cutBy !== undefined && { cutBy }), ...(allowedBy !== undefined && { allowedBy }) }),
      ...(isHidden && { hidden: true as const }),
    };
  }

  #real({ cutBy, allowedBy }: Effect): Effect {
    if (cutBy !== undefined) return this.#options.isInForce(cutBy) ? { cutBy } : {};
    return allowedBy === undefined ? {} : { allowedBy };
  }
}

export function askedOf({ device, node, protocol, port, initiator }: Conversation): Asked {
  const far = node.device === undefined ? node : { device: node.device };
  return { device, node: far, protocol: protocolNumber(protocol), port, initiator };
}

/** What is ignored, as if it were blocked. */
function hiding({ rules, facts, preferences, at }: StandingOptions): Effects | undefined {
  const ignored = [...rules.values()].filter(({ action }) => action === 'ignore');
  if (ignored.length === 0) return undefined;
  const asBlocks = new Map(ignored.map((rule) => [rule.id, { ...rule, action: 'block' as const }]));
  return new Effects(policyAt(asBlocks, facts, preferences, at));
}

function ofDevices({ rules, facts, policy, at }: StandingOptions): Map<string, OfDevice> {
  const byTarget = new Map<string, string[]>();
  const hidden = new Set<string>();
  for (const { id, action, target, when } of rules.values()) {
    const who = target.device ?? target.group;
    if (who === undefined) continue;
    const known = byTarget.get(who);
    if (known) known.push(id);
    else byTarget.set(who, [id]);
    if (action === 'ignore' && isActive(when, at, facts.utcOffset)) hidden.add(who);
  }
  const ladders = new Map(policy.devices.map(({ id, ladder }) => [id, ladder?.step]));
  return new Map(
    facts.devices.map(({ id, groups }) => {
      const mine = [id, ...groups];
      const ids = mine.flatMap((who) => byTarget.get(who) ?? []);
      const ladder = ladders.get(id);
      const standing: OfDevice = {
        ...(ids.length > 0 && { rules: ids }),
        ...(ladder !== undefined && { ladder }),
        ...(mine.some((who) => hidden.has(who)) && { hidden: true as const }),
        ...(facts.consoles.includes(id) && { console: true as const }),
      };
      return [id, standing];
    }),
  );
}
