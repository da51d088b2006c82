import { readOptions, USAGE } from './options.ts';
import { startEarly } from './reading-thread.ts';

// A reader that closes the pipe early (`| head`) has what it wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const options = readOptions(process.argv.slice(2));
if ('help' in options) process.stdout.write(`${options.help}\n`);
else if ('wrong' in options) {
  process.stderr.write(`spin read: ${options.wrong}\n${USAGE}\n`);
  process.exitCode = 64;
} else {
  startEarly(options.files[0]!);
  const { readFiles } = await import('./read.ts');
  process.exitCode = await readFiles(options, process);
}
