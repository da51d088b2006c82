/** A mail server that takes everything and keeps nothing (RFC 5321, the least of it). */
import net from 'node:net';

/** Longest line that is waited for, bytes (RFC 5321 §4.5.3.1.6 has 1,000). */
const MAX_LINE = 4096;

export type MailCount = { messages: number };

export function mailServer(count: MailCount): net.Server {
  return net.createServer((socket) => {
    let text = '';
    let inMessage = false;
    socket.setTimeout(60_000, () => socket.destroy());
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
        const line = text.slice(0, end).trimEnd();
        text = text.slice(end + 1);
        if (inMessage) {
          if (line !== '.') continue;
          inMessage = false;
          count.messages++;
          socket.write('250 taken\r\n');
        } else {
          inMessage = /^data$/i.test(line);
          socket.write(answer(line));
          if (/^quit$/i.test(line)) socket.end();
        }
      }
      if (text.length > MAX_LINE) socket.destroy();
    });
    socket.write('220 mail.example.org\r\n');
  });
}

function answer(line: string): string {
  const verb = line.slice(0, 4).toUpperCase();
  if (verb === 'DATA') return '354 go on\r\n';
  if (verb === 'QUIT') return '221 bye\r\n';
  return ['EHLO', 'HELO', 'MAIL', 'RCPT', 'RSET', 'NOOP'].includes(verb) ? '250 fine\r\n' : '502 unknown\r\n';
}
