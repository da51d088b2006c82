import { plainName } from '../../decode/text.ts';
import { formatWords, isV4, parseAddress } from '../../model/address.ts';
import type { DnsAnswer, DnsObservation } from '../../model/observation.ts';
import { countOf, milliseconds } from './row.ts';
import { type Cells, unescaped } from './table.ts';

/** Columns of Zeek's dns.log (DNS::Info of Zeek 7). */
export const DNS_COLUMNS: ReadonlySet<string> = new Set([
  ...['ts', 'uid', 'id.orig_h', 'id.orig_p', 'id.resp_h', 'id.resp_p', 'proto', 'trans_id', 'rtt', 'query'],
  ...['qclass', 'qclass_name', 'qtype', 'qtype_name', 'rcode', 'rcode_name', 'AA', 'TC', 'RD', 'RA', 'Z', 'answers'],
  ...['TTLs', 'rejected', 'opcode', 'opcode_name', 'total_answers', 'total_replies', 'saw_query', 'saw_reply'],
  ...['auth', 'addl', 'original_query', 'label', 'detailed-label', 'detailedlabel'],
]);

const DNS = '53';
/** As the decoder of messages keeps them (src/decode/dns.ts). */
const MAX_ANSWERS = 64;
/** Header, and around a name: RFC 1035 §4.1.1, §4.1.2. */
const QUESTION_BYTES = 12 + 2 + 4;
/** An answer whose name points to the question's: §4.1.3, §4.1.4. */
const ANSWER_BYTES = 12;

/**
 * The question of a row of dns.log and, where there was one, its answer; or what is wrong with the row. Sizes are the
 * least that such messages have, for the log does not tell them.
 */
export function dnsRow(cell: Cells): DnsObservation[] | string {
  if (cell('id.resp_p') !== DNS) return [];
  const at = milliseconds(cell('ts'));
  const rtt = milliseconds(cell('rtt') ?? '0');
  if (at === undefined || rtt === undefined) return 'the time is no number of seconds';
  const client = parseAddress(cell('id.orig_h') ?? '');
  const server = parseAddress(cell('id.resp_h') ?? '');
  if (!client || !server) return 'a question without its addresses';
  const name = nameOf(cell('query'));
  const type = countOf(cell('qtype'));
  if (name === undefined || type === undefined) return [];
  const question: DnsObservation = {
    ...{ kind: 'dns', at, name, type, response: false, rcode: 0, answers: [] },
    client: { address: formatWords(client) },
    server: { address: formatWords(server) },
    size: QUESTION_BYTES + name.length,
  };
  const rcode = cell('rcode') === undefined ? undefined : countOf(cell('rcode'));
  if (rcode === undefined) return [question];
  const answers = answersOf(name, cell('answers'), cell('TTLs'));
  const size = question.size + answers.reduce((sum, answer) => sum + sizeOf(answer), 0);
  return [question, { ...question, at: at + rtt, response: true, rcode, answers, size }];
}

/** A chain of names ends in addresses, which belong to the last of them. */
function answersOf(name: string, values: string | undefined, ttls: string | undefined): DnsAnswer[] {
  if (values === undefined) return [];
  const lives = (ttls ?? '').split(',', MAX_ANSWERS);
  const answers: DnsAnswer[] = [];
  let owner = name;
  for (const [i, value] of values.split(',', MAX_ANSWERS).entries()) {
    const ttl = Math.min(0x7fff_ffff, Math.floor((milliseconds(lives[i]) ?? 0) / 1000));
    const words = parseAddress(value);
    if (words) answers.push({ type: isV4(words) ? 'A' : 'AAAA', name: owner, ttl, address: formatWords(words) });
    else {
      const target = value.includes(' ') ? undefined : nameOf(value);
      if (target === undefined) continue;
      answers.push({ type: 'CNAME', name: owner, ttl, target });
      owner = target;
    }
  }
  return answers;
}

function nameOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const octets = Buffer.from(unescaped(text), 'latin1');
  return plainName(octets, 0, octets.length);
}

function sizeOf(answer: DnsAnswer): number {
  if (answer.type === 'CNAME') return ANSWER_BYTES + answer.target.length + 2;
  return ANSWER_BYTES + (answer.type === 'A' ? 4 : 16);
}
