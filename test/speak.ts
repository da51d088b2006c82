/**
 * A host in a network namespace of a test: `ip netns exec NS node test/speak.ts …`.
 *
 *   serve PORT              answers every HTTP request with 20,000 bytes; says "serving" when it does
 *   ask URL [HOST [BODY [FROM]]]   one request, a POST where there is a body, from an address of choice; prints
 *                                  {status, body} or {error}
 */
import { createServer, request } from 'node:http';

const [act, ...args] = process.argv.slice(2);
if (act === 'serve') serve(Number(args[0]));
else if (act === 'ask') ask(args[0]!, args[1], args[2], args[3]);
else throw new Error('serve or ask');

function serve(port: number): void {
  const body = 'x'.repeat(20_000);
  createServer((_request, response) => response.end(body)).listen({ port, host: '::' }, () => console.log('serving'));
}

function ask(url: string, host = '', body = '', localAddress = ''): void {
  const print = (answer: object) => console.log(JSON.stringify(answer));
  const headers = { ...(host && { host }), ...(body && { 'content-type': 'application/json' }) };
  const options = { method: body ? 'POST' : 'GET', headers, timeout: 3_000, ...(localAddress && { localAddress }) };
  const sent = request(url, options, (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (part: string) => {
      text += part;
    });
    response.on('end', () => print({ status: response.statusCode, body: text }));
  });
  sent.on('timeout', () => sent.destroy(new Error('no answer')));
  sent.on('error', (error: NodeJS.ErrnoException) => print({ error: error.code ?? error.message }));
  sent.end(body);
}
