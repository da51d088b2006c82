/** `bin/check`: the static part of `npm test`. */
import { staticChecks } from './static-checks.ts';

const outcome = await staticChecks();
for (const note of outcome.notes) console.log(note);
process.exitCode = outcome.failed > 0 ? 1 : 0;
